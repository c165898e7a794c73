import type { Stats } from 'node:fs';
import { rmdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { InputError } from '../base/errors.ts';
import { removeUnfinishedCheckpoints } from './checkpoints.ts';
import { readEvents } from './events.ts';
import type { StudyEvent } from './eventTypes.ts';
import { errorCode, isLeftover, makeDirectory, namesIn, removeLeftovers, removeQuietly, writeFileAtomic } from './files.ts';
import { HeldFolder } from './heldFolder.ts';
import { acquireStudyLock, isLockName, studyLockHolder } from './lock.ts';
import type { StudyLock } from './lock.ts';
import { parseStudyFile } from './studyFile.ts';
import type { StudyFile, StudySettings } from './studyFile.ts';
import { pocketformerVersion, readStudyInfo, studyFolderVersion, writeStudyInfo } from './studyInfo.ts';
import type { StudyInfo, StudyStatus } from './studyInfo.ts';
import { readText } from './textFile.ts';

const markerName = 'study.pocketformer';
const markerText = 'Open this file with Pocketformer to see the study in this folder.\n';

/** Where things are in a study's folder. */
export function studyPaths(directory: string) {
  return {
    studyFile: join(directory, 'study.yaml'),
    info: join(directory, 'study.json'),
    /** For opening the study with a double click. */
    marker: join(directory, markerName),
    events: join(directory, 'events.ndjson'),
    checkpoints: join(directory, 'checkpoints'),
    /** Decoded images; can be deleted. */
    cache: join(directory, 'cache'),
    summary: join(directory, 'results', 'summary.json'),
    /** Exports that were asked for one by one (exportsLog.ts). */
    exports: join(directory, 'results', 'exports.ndjson'),
    fronts: join(directory, 'results', 'fronts.json'),
    frontsSvg: join(directory, 'results', 'fronts.svg'),
    frontsPng: join(directory, 'results', 'fronts.png'),
    /** Predicted beside measured, as `measure` leaves it; can be made again from the sessions. */
    measuredMarkdown: join(directory, 'results', 'measured.md'),
    measuredSvg: join(directory, 'results', 'measured.svg'),
    models: join(directory, 'models'),
    /** Sessions that measured exported models, by device (checks/sessions.ts). */
    measured: join(directory, 'measured'),
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

/** A study without its history, which can be large. */
export type StudyDescription = Omit<StudyView, 'events'>;

/**
 * Reads what a study is and how it stands, without taking it. One that claims to be running, but has no living process,
 * is `interrupted`.
 * @throws InputError `missing-study`, `not-a-study`, `study-version`, `damaged-study`, and those of `parseStudyFile`.
 */
export async function describeStudy(directory: string): Promise<StudyDescription> {
  const { info, settings } = await readDescription(directory);
  const isAbandoned = info.status === 'running' && studyLockHolder(directory) === undefined;
  return { directory, paths: studyPaths(directory), info: isAbandoned ? { ...info, status: 'interrupted' } : info, settings };
}

/** The same with all of its history. @throws as `describeStudy`; InputError `damaged-events`. */
export async function readStudy(directory: string): Promise<StudyView> {
  const description = await describeStudy(directory);
  return { ...description, events: readEvents(description.paths.events).events };
}

/**
 * Makes the folder of a new study and opens it. When that fails, nothing is left; when the process is killed meanwhile,
 * the folder is not yet a study and can be used again.
 * @param directory must not exist yet, or be empty.
 * @throws InputError `study-exists` or `folder-not-empty`; EnvironmentError `study-in-use`, `disk-full` or `cannot-write`.
 */
export async function createStudy(directory: string, file: StudyFile): Promise<Study> {
  await requireFree(directory, file.text);
  const remedy = 'free space or choose another folder with --out.';
  const paths = studyPaths(directory);
  const isNew = !await isDirectory(directory);
  await makeDirectory(directory, { remedy });
  const lock = await acquireStudyLock(directory);
  const written: string[] = [];
  try {
    await requireFree(directory, file.text);
    written.push(paths.studyFile);
    await writeFileAtomic(paths.studyFile, file.text, { remedy });
    written.push(paths.marker);
    await writeFileAtomic(paths.marker, markerText, { remedy });
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
    // From here on the folder is a study.
    written.push(paths.info);
    await writeStudyInfo(paths.info, info, remedy);
    return new Study(directory, info, file.settings, lock);
  } catch (error) {
    for (const path of written.reverse()) await removeQuietly(path);
    lock.release();
    if (isNew) await rmdir(directory).catch(() => undefined);
    throw error;
  }
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
export class Study extends HeldFolder<StudyPaths> {
  readonly settings: StudySettings;
  #info: StudyInfo;

  constructor(directory: string, info: StudyInfo, settings: StudySettings, lock: StudyLock) {
    super(directory, studyPaths(directory), lock, `the last checkpoint is untouched. Free space and run "pocketformer resume ${directory}".`);
    this.settings = settings;
    this.#info = info;
  }

  get info(): StudyInfo {
    return this.#info;
  }

  /** Records how the study stands, or what it is called. */
  async update(change: { status?: StudyStatus; engine?: string; name?: string }): Promise<void> {
    const info = { ...this.#info, ...change };
    await writeStudyInfo(this.paths.info, info, this.remedy);
    this.#info = info;
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

/** Free also means: holding only what an interrupted `createStudy` left of the same study. */
async function requireFree(directory: string, studyText: string): Promise<void> {
  if (!await isDirectory(directory)) {
    if (!await exists(directory)) return;
    throw new InputError('folder-not-empty', `${directory}: is a file; choose another folder with --out.`);
  }
  const names = await namesIn(directory);
  if (names.includes('study.json')) {
    const advice = `Go on with "pocketformer resume ${directory}" or choose another folder with --out.`;
    throw new InputError('study-exists', `${directory}: already holds a study. ${advice}`);
  }
  for (const name of names) {
    if (isLockName(name) || isLeftover(name) || name === markerName) continue;
    if (name === 'study.yaml' && await readText(join(directory, name)) === studyText) continue;
    throw new InputError('folder-not-empty', `${directory}: is not empty (${name}); choose a new folder with --out.`);
  }
}

const isDirectory = async (path: string) => (await statOf(path))?.isDirectory() ?? false;
const exists = async (path: string) => await statOf(path) !== undefined;

async function statOf(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(errorCode(error))) return undefined;
    throw error;
  }
}
