import type { Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError } from '../base/errors.ts';
import { readEvents } from './events.ts';
import type { StudyEvent } from './eventTypes.ts';
import { errorCode, isLeftover, namesIn } from './files.ts';
import { HeldFolder } from './heldFolder.ts';
import type { JobDescription } from './heldFolder.ts';
import { createJobFolder, openJobFolder, statusOf } from './jobFolder.ts';
import { isLockName } from './lock.ts';
import { parseStudyFile } from './studyFile.ts';
import type { StudyFile, StudySettings } from './studyFile.ts';
import { readStudyInfo } from './studyInfo.ts';
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

/** A study without its history, which can be large. */
export type StudyDescription = JobDescription<StudyPaths, StudySettings>;

/** A study as it lies on the disk, running or not. */
export interface StudyView extends StudyDescription {
  readonly events: readonly StudyEvent[];
}

/**
 * Reads what a study is and how it stands, without taking it. One that claims to be running, but has no living process,
 * is `interrupted`.
 * @throws InputError `missing-study`, `not-a-study`, `study-version`, `damaged-study`, and those of `parseStudyFile`.
 */
export async function describeStudy(directory: string): Promise<StudyDescription> {
  const description = await readDescription(directory);
  return { ...description, info: statusOf(directory, description.info) };
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
export async function createStudy(directory: string, { settings, text, baseDir }: StudyFile): Promise<Study> {
  const paths = studyPaths(directory);
  const files = [{ path: paths.studyFile, text }, { path: paths.marker, text: markerText }];
  return createJobFolder({ directory, paths, settings, baseDir, files, requireFree: () => requireFree(directory, text) }, (job, lock) => new Study(job, lock));
}

/**
 * Takes a study for this process and clears away what a killed one left half-written.
 * @throws as `readStudy`; EnvironmentError `study-in-use`, `disk-full` or `cannot-write`.
 */
export async function openStudy(directory: string): Promise<Study> {
  return openJobFolder(directory, () => readDescription(directory), (job, lock) => new Study(job, lock));
}

/** A study taken by this process: the only way to write to one. */
export class Study extends HeldFolder<StudyPaths, StudySettings> {}

async function readDescription(directory: string): Promise<StudyDescription> {
  if (!await isDirectory(directory)) {
    throw new InputError('missing-study', `${directory}: there is no such folder; expected the folder of a study.`);
  }
  const paths = studyPaths(directory);
  const info = await readStudyInfo(paths.info, directory);
  const settings = parseStudyFile(await readText(paths.studyFile), paths.studyFile);
  return { directory, paths, info, settings: { ...settings, name: info.name } };
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
