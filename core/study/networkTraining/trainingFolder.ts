import { existsSync } from 'node:fs';
import { rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { InputError } from '../../base/errors.ts';
import { removeUnfinishedCheckpoints } from '../checkpoints.ts';
import { isLeftover, makeDirectory, namesIn, removeLeftovers, removeQuietly, writeFileAtomic } from '../files.ts';
import { HeldFolder } from '../heldFolder.ts';
import { acquireStudyLock, isLockName, studyLockHolder } from '../lock.ts';
import type { StudyLock } from '../lock.ts';
import { pocketformerVersion, readStudyInfo, studyFolderVersion, writeStudyInfo } from '../studyInfo.ts';
import type { StudyInfo, StudyStatus } from '../studyInfo.ts';
import { readText } from '../textFile.ts';
import { parseTrainingFile } from './trainingFile.ts';
import type { TrainingFile, TrainingSettings } from './trainingFile.ts';

/** Where things are in a training's folder. */
export function trainingPaths(directory: string) {
  return {
    trainingFile: join(directory, 'training.yaml'),
    info: join(directory, 'training.json'),
    events: join(directory, 'events.ndjson'),
    checkpoints: join(directory, 'checkpoints'),
    /** Decoded images and teachers' answers; can be deleted. */
    cache: join(directory, 'cache'),
    result: join(directory, 'results', 'training.json'),
    /** Pictures of wrongly classified images. */
    wrong: join(directory, 'results', 'wrong'),
    /** Weights as safetensors: of the best evaluation, and of the end. */
    best: join(directory, 'models', 'best.safetensors'),
    last: join(directory, 'models', 'last.safetensors'),
    network: join(directory, 'models', 'network.onnx'),
  };
}
export type TrainingPaths = ReturnType<typeof trainingPaths>;

/** A training as it lies on the disk, running or not. */
export interface TrainingView {
  readonly directory: string;
  readonly paths: TrainingPaths;
  readonly info: StudyInfo;
  readonly settings: TrainingSettings;
}

/** Whether a folder is a training's, as opposed to a study's. */
export const isTraining = (directory: string) => existsSync(trainingPaths(directory).info);

/**
 * Reads what a training is and how it stands, without taking it. One that claims to be running, but has no living process, is
 * `interrupted`.
 * @throws InputError `not-a-training`, `study-version`, `damaged-study`, and those of `parseTrainingFile`
 */
export async function readTraining(directory: string): Promise<TrainingView> {
  if (!isTraining(directory)) {
    throw new InputError('not-a-training', `${directory}: is not a training; the folder of one holds a training.json.`);
  }
  const paths = trainingPaths(directory);
  const info = await readStudyInfo(paths.info, directory);
  const settings = { ...parseTrainingFile(await readText(paths.trainingFile), paths.trainingFile), name: info.name };
  const isAbandoned = info.status === 'running' && studyLockHolder(directory) === undefined;
  return { directory, paths, settings, info: isAbandoned ? { ...info, status: 'interrupted' } : info };
}

/**
 * Makes the folder of a new training and opens it. When that fails, nothing is left.
 * @param directory must not exist yet, or be empty
 * @throws InputError `folder-not-empty`; EnvironmentError `study-in-use`, `disk-full` or `cannot-write`
 */
export async function createTraining(directory: string, { settings, text, baseDir }: TrainingFile): Promise<TrainingRun> {
  await requireFree(directory);
  const remedy = 'free space or choose another folder with --out.';
  const paths = trainingPaths(directory);
  const isNew = !existsSync(directory);
  await makeDirectory(directory, { remedy });
  const lock = await acquireStudyLock(directory);
  try {
    await requireFree(directory);
    await writeFileAtomic(paths.trainingFile, text, { remedy });
    const info: StudyInfo = {
      formatVersion: studyFolderVersion, name: settings.name, created: new Date().toISOString(), pocketformerVersion: pocketformerVersion(),
      node: process.version, platform: `${process.platform} ${process.arch}`, engine: null, seed: settings.seed, baseDir, status: 'created',
    };
    // From here on the folder is a training.
    await writeStudyInfo(paths.info, info, remedy);
    return new TrainingRun(directory, info, settings, lock);
  } catch (error) {
    for (const path of [paths.info, paths.trainingFile]) await removeQuietly(path);
    lock.release();
    if (isNew) await rmdir(directory).catch(() => undefined);
    throw error;
  }
}

/**
 * Takes a training for this process and clears away what a killed one left half-written.
 * @throws as `readTraining`; EnvironmentError `study-in-use`, `disk-full` or `cannot-write`
 */
export async function openTraining(directory: string): Promise<TrainingRun> {
  const { paths } = await readTraining(directory);
  const lock = await acquireStudyLock(directory);
  try {
    const { info, settings } = await readTraining(directory);
    for (const folder of [directory, paths.checkpoints, dirname(paths.result), dirname(paths.network)]) await removeLeftovers(folder);
    await removeUnfinishedCheckpoints(paths.checkpoints);
    return new TrainingRun(directory, info, settings, lock);
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** A training taken by this process. */
export class TrainingRun extends HeldFolder<TrainingPaths> {
  readonly settings: TrainingSettings;
  #info: StudyInfo;

  constructor(directory: string, info: StudyInfo, settings: TrainingSettings, lock: StudyLock) {
    super(directory, trainingPaths(directory), lock, `the last checkpoint is untouched. Free space and run "pocketformer resume ${directory}".`);
    this.settings = settings;
    this.#info = info;
  }

  get info(): StudyInfo {
    return this.#info;
  }

  /** Records how the training stands. */
  async update(change: { status?: StudyStatus; engine?: string }): Promise<void> {
    const info = { ...this.#info, ...change };
    await writeStudyInfo(this.paths.info, info, this.remedy);
    this.#info = info;
  }
}

async function requireFree(directory: string): Promise<void> {
  if (isTraining(directory)) {
    throw new InputError('folder-not-empty', `${directory}: already holds a training. Go on with "pocketformer resume ${directory}" or choose another folder with --out.`);
  }
  const other = (await namesIn(directory)).find((name) => !isLockName(name) && !isLeftover(name));
  if (other !== undefined) throw new InputError('folder-not-empty', `${directory}: is not empty (${other}); choose a new folder with --out.`);
}
