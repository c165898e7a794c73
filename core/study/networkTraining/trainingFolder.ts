import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '../../base/errors.ts';
import { isLeftover, namesIn } from '../files.ts';
import { HeldFolder } from '../heldFolder.ts';
import type { JobDescription } from '../heldFolder.ts';
import { createJobFolder, openJobFolder, statusOf } from '../jobFolder.ts';
import { isLockName } from '../lock.ts';
import { readStudyInfo } from '../studyInfo.ts';
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
export type TrainingView = JobDescription<TrainingPaths, TrainingSettings>;

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
  return { directory, paths, settings, info: statusOf(directory, info) };
}

/**
 * Makes the folder of a new training and opens it. When that fails, nothing is left.
 * @param directory must not exist yet, or be empty
 * @throws InputError `folder-not-empty`; EnvironmentError `study-in-use`, `disk-full` or `cannot-write`
 */
export async function createTraining(directory: string, { settings, text, baseDir }: TrainingFile): Promise<TrainingRun> {
  const paths = trainingPaths(directory);
  const files = [{ path: paths.trainingFile, text }];
  return createJobFolder({ directory, paths, settings, baseDir, files, requireFree: () => requireFree(directory) }, (job, lock) => new TrainingRun(job, lock));
}

/**
 * Takes a training for this process and clears away what a killed one left half-written.
 * @throws as `readTraining`; EnvironmentError `study-in-use`, `disk-full` or `cannot-write`
 */
export async function openTraining(directory: string): Promise<TrainingRun> {
  return openJobFolder(directory, () => readTraining(directory), (job, lock) => new TrainingRun(job, lock));
}

/** A training taken by this process. */
export class TrainingRun extends HeldFolder<TrainingPaths, TrainingSettings> {}

async function requireFree(directory: string): Promise<void> {
  if (isTraining(directory)) {
    throw new InputError('folder-not-empty', `${directory}: already holds a training. Go on with "pocketformer resume ${directory}" or choose another folder with --out.`);
  }
  const other = (await namesIn(directory)).find((name) => !isLockName(name) && !isLeftover(name));
  if (other !== undefined) throw new InputError('folder-not-empty', `${directory}: is not empty (${other}); choose a new folder with --out.`);
}
