import { mkdir, readdir, rename, rmdir, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { EnvironmentError, InputError } from '../base/errors.ts';
import { loadLatestCheckpoint, removeUnfinishedCheckpoints, saveCheckpoint } from './checkpoints.ts';
import type { Checkpoint, LoadedCheckpoint } from './checkpoints.ts';
import { EventLog, readEvents } from './events.ts';
import type { Phase, StudyEvent } from './eventTypes.ts';
import {
  errorCode, makeDirectory, removeLeftovers, removeQuietly, retryWhileBusy, syncDirectory, temporaryPath, writeDurably,
  writeError, writeFileAtomic,
} from './files.ts';
import type { FileContent } from './files.ts';
import { acquireStudyLock, studyLockHolder } from './lock.ts';
import type { StudyLock } from './lock.ts';
import { parseStudyFile } from './studyFile.ts';
import type { StudyFile, StudySettings } from './studyFile.ts';
import { pocketformerVersion, readStudyInfo, studyFolderVersion, writeStudyInfo } from './studyInfo.ts';
import type { StudyInfo, StudyStatus } from './studyInfo.ts';
import { readText } from './textFile.ts';

/** Where things are in a study's folder. */
export function studyPaths(directory: string) {
  return {
    studyFile: join(directory, 'study.yaml'),
    info: join(directory, 'study.json'),
    events: join(directory, 'events.ndjson'),
    checkpoints: join(directory, 'checkpoints'),
    fronts: join(directory, 'results', 'fronts.json'),
    frontsSvg: join(directory, 'results', 'fronts.svg'),
    frontsPng: join(directory, 'results', 'fronts.png'),
    models: join(directory, 'models'),
  };
}
export type StudyPaths = ReturnType<typeof studyPaths>;

/** A study as it lies on the disk, running or not. */
export interface StudyView {
  readonly directory: string;
  readonly paths: StudyPaths;
  readonly info: StudyInfo;
  readonly settings: StudySettings;
  readonly events: readonly StudyEvent[];
}

/**
 * Reads a study without taking it. One that claims to be running, but has no living process, is `interrupted`.
 * @throws InputError `missing-study`, `not-a-study`, `study-version`, `damaged-study`, `damaged-events`, and those of
 * `parseStudyFile`.
 */
export async function readStudy(directory: string): Promise<StudyView> {
  const { info, settings } = await readDescription(directory);
  const paths = studyPaths(directory);
  const isAbandoned = info.status === 'running' && studyLockHolder(directory) === undefined;
  const { events } = readEvents(paths.events);
  return { directory, paths, info: isAbandoned ? { ...info, status: 'interrupted' } : info, settings, events };
}

/**
 * Makes the folder of a new study, all at once or not at all, and opens it.
 * @param directory must not exist yet, or be empty.
 * @throws InputError `study-exists` or `folder-not-empty`; EnvironmentError `disk-full` or `cannot-write`.
 */
export async function createStudy(directory: string, file: StudyFile): Promise<Study> {
  await requireFree(directory);
  const target = resolve(directory);
  const remedy = 'free space or choose another folder with --out.';
  const info: StudyInfo = {
    formatVersion: studyFolderVersion,
    name: file.settings.name,
    created: new Date().toISOString(),
    pocketformerVersion: pocketformerVersion(),
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    engine: null,
    seed: file.settings.seed,
    baseDir: file.baseDir,
    status: 'created',
  };
  await makeDirectory(dirname(target), { remedy });
  const temporary = temporaryPath(target);
  const paths = studyPaths(temporary);
  try {
    await mkdir(temporary);
    await writeDurably(paths.studyFile, file.text);
    await writeStudyInfo(paths.info, info);
    await syncDirectory(temporary);
    await rmdir(target).catch((error: unknown) => {
      if (errorCode(error) !== 'ENOENT') throw error;
    });
    await retryWhileBusy(() => rename(temporary, target));
    await syncDirectory(dirname(target));
  } catch (error) {
    await removeQuietly(temporary);
    await requireFree(directory);
    throw writeError(error, directory, remedy);
  }
  return openStudy(directory);
}

/**
 * Takes a study for this process and clears away what a killed one left half-written.
 * @throws as `readStudy`; EnvironmentError `study-in-use`, `disk-full` or `cannot-write`.
 */
export async function openStudy(directory: string): Promise<Study> {
  await readDescription(directory);
  const lock = await acquireStudyLock(directory);
  try {
    const { info, settings } = await readDescription(directory);
    const paths = studyPaths(directory);
    for (const folder of [directory, paths.checkpoints, dirname(paths.fronts), paths.models]) await removeLeftovers(folder);
    await removeUnfinishedCheckpoints(paths.checkpoints);
    return new Study(directory, info, settings, lock);
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** A study taken by this process: the only way to write to one. */
export class Study {
  readonly directory: string;
  readonly paths: StudyPaths;
  readonly settings: StudySettings;
  readonly events: EventLog;
  readonly #lock: StudyLock;
  readonly #remedy: string;
  #info: StudyInfo;

  constructor(directory: string, info: StudyInfo, settings: StudySettings, lock: StudyLock) {
    this.directory = directory;
    this.paths = studyPaths(directory);
    this.settings = settings;
    this.#info = info;
    this.#lock = lock;
    this.#remedy = `the last checkpoint is untouched. Free space and run "pocketformer resume ${directory}".`;
    this.events = new EventLog(this.paths.events, { remedy: this.#remedy });
  }

  get info(): StudyInfo {
    return this.#info;
  }

  /** Records how the study stands. */
  async update(change: { status?: StudyStatus; engine?: string }): Promise<void> {
    const info = { ...this.#info, ...change };
    await writeStudyInfo(this.paths.info, info, this.#remedy);
    this.#info = info;
  }

  /** Saves a checkpoint after the events that led to it, and reports it as one more event. */
  async saveCheckpoint(checkpoint: Checkpoint): Promise<void> {
    this.events.flush();
    const eventSeq = this.events.lastSeq;
    const saved = await saveCheckpoint(this.paths.checkpoints, checkpoint, { eventSeq, remedy: this.#remedy });
    this.events.append({ kind: 'checkpoint', phase: checkpoint.phase, step: checkpoint.step, ...saved });
  }

  /** The newest usable checkpoint, of all or of one phase; undefined when there is none yet. */
  async loadLatestCheckpoint(options: { phase?: Phase } = {}): Promise<LoadedCheckpoint | undefined> {
    return loadLatestCheckpoint(this.paths.checkpoints, options);
  }

  /** Writes one file of the results as a whole. @param path one of `paths`, or below `paths.models`. */
  async writeFile(path: string, content: FileContent): Promise<void> {
    await makeDirectory(dirname(path), { remedy: this.#remedy });
    await writeFileAtomic(path, content, { remedy: this.#remedy });
  }

  /** Gives the study free. */
  close(): void {
    this.events.close();
    this.#lock.release();
  }
}

async function readDescription(directory: string): Promise<{ info: StudyInfo; settings: StudySettings }> {
  if (!await isDirectory(directory)) {
    throw new InputError('missing-study', `${directory}: there is no such folder; expected the folder of a study.`);
  }
  const paths = studyPaths(directory);
  const info = await readStudyInfo(paths.info, directory);
  const settings = parseStudyFile(await readText(paths.studyFile), paths.studyFile);
  return { info, settings: { ...settings, name: info.name } };
}

async function requireFree(directory: string): Promise<void> {
  let names: string[];
  try {
    names = await readdir(directory);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return;
    if (errorCode(error) === 'ENOTDIR') {
      throw new InputError('folder-not-empty', `${directory}: is a file; choose another folder with --out.`, { cause: error });
    }
    throw new EnvironmentError('cannot-read', `${directory}: cannot be read.`, { cause: error });
  }
  if (names.includes('study.json')) {
    const advice = `Go on with "pocketformer resume ${directory}" or choose another folder with --out.`;
    throw new InputError('study-exists', `${directory}: already holds a study. ${advice}`);
  }
  if (names.length > 0) {
    throw new InputError('folder-not-empty', `${directory}: is not empty; choose a new folder with --out.`);
  }
}

async function isDirectory(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(errorCode(error))) return false;
    throw error;
  }
}
