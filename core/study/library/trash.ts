import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { EnvironmentError, InputError, messageOf } from '../../base/errors.ts';
import { errorCode, isLeftover, makeDirectory, namesIn, removeQuietly, retryWhileBusy, syncDirectory, writeError, writeFileAtomic } from '../files.ts';
import { acquireStudyLock } from '../lock.ts';
import type { StudyLock } from '../lock.ts';

/*
 * A library's trash is its folder `.trash`. A study in it is a folder <id> beside a record <id>.json, which says where
 * it came from. The record is written before the folder is moved, and removed after it was moved back, and moving is one
 * rename: after a crash at any moment the study is either where it was or in the trash with its record. A record without
 * a folder means nothing. What is being deleted is called <id>.deleting, so that nothing half-deleted is ever listed.
 */

const recordSchema = z.object({
  version: z.literal(1),
  name: z.string(),
  /** Folder that the study was moved from, absolute. */
  from: z.string(),
  /** ISO time. */
  time: z.string(),
});
type TrashRecord = z.output<typeof recordSchema>;

export interface TrashedStudy {
  readonly id: string;
  readonly name: string;
  /** ISO time; empty when its record was lost. */
  readonly time: string;
  /** Folder that it goes back to, absolute. */
  readonly from: string;
  /** Of all its files. */
  readonly sizeBytes: number;
}

const deletingSuffix = '.deleting';
const idPattern = /^[0-9a-f]{12}$/;
const maxNumber = 10_000;

/** The trash of one library folder. */
export class Trash {
  readonly #library: string;
  readonly #folder: string;

  /** @param libraryFolder absolute */
  constructor(libraryFolder: string) {
    this.#library = libraryFolder;
    this.#folder = join(libraryFolder, '.trash');
  }

  /**
   * Moves a study's folder to the trash.
   * @returns the name under which `restore` finds it.
   * @throws InputError `study-running`, `missing-study`, or `trash-elsewhere` for a study on another disk;
   * EnvironmentError `disk-full` or `cannot-write`
   */
  async put(directory: string, name: string): Promise<string> {
    if (!existsSync(directory)) throw new InputError('missing-study', `${directory}: there is no such folder.`);
    const id = randomUUID().replaceAll('-', '').slice(0, 12);
    await makeDirectory(this.#folder);
    // Held while it moves, so that no job can begin in between.
    const lock = await lockOf(directory);
    const target = join(this.#folder, id);
    const record: TrashRecord = { version: 1, name, from: directory, time: new Date().toISOString() };
    try {
      await writeFileAtomic(this.#recordOf(id), `${JSON.stringify(record, undefined, 2)}\n`);
      await move(directory, target);
    } catch (error) {
      await removeQuietly(this.#recordOf(id));
      throw error;
    } finally {
      // Wherever the folder is now, its lock file went with it.
      await removeQuietly(join(target, basename(lock.path)));
      lock.release();
    }
    return id;
  }

  /** What can be restored, newest first. */
  async list(): Promise<TrashedStudy[]> {
    const found: TrashedStudy[] = [];
    for (const id of await namesIn(this.#folder)) {
      if (idPattern.test(id)) found.push({ ...await this.#entry(id), sizeBytes: await sizeOf(join(this.#folder, id)) });
    }
    return found.sort((a, b) => (a.time < b.time ? 1 : a.time > b.time ? -1 : 0));
  }

  /**
   * Puts a study back where it was, or under a numbered name beside it when that place is taken.
   * @returns the folder where it is now
   * @throws InputError `not-in-trash`; EnvironmentError `cannot-write`
   */
  async restore(id: string): Promise<string> {
    if (!idPattern.test(id) || !existsSync(join(this.#folder, id))) {
      throw new InputError('not-in-trash', 'This study is no longer in the trash; was the trash emptied?');
    }
    const { from } = await this.#entry(id);
    await makeDirectory(dirname(from));
    const target = freeDirectory(from);
    await move(join(this.#folder, id), target);
    await removeQuietly(this.#recordOf(id));
    return target;
  }

  /**
   * Deletes studies in the trash for good, and what an earlier deletion left.
   * @param ids all of them by default
   * @returns how many were deleted
   * @throws EnvironmentError `cannot-delete`
   */
  async empty(ids?: readonly string[]): Promise<number> {
    const names = await namesIn(this.#folder);
    const chosen = names.filter((name) => idPattern.test(name) && (ids === undefined || ids.includes(name)));
    for (const id of chosen) {
      await move(join(this.#folder, id), join(this.#folder, `${id}${deletingSuffix}`));
      await removeQuietly(this.#recordOf(id));
    }
    for (const name of await namesIn(this.#folder)) {
      const path = join(this.#folder, name);
      if (name.endsWith(deletingSuffix)) await deleteForGood(path);
      else if (isLeftover(name) || (ids === undefined && isOrphan(name, names))) await removeQuietly(path);
    }
    return chosen.length;
  }

  async #entry(id: string): Promise<Omit<TrashedStudy, 'sizeBytes'>> {
    const record = await this.#readRecord(id);
    if (record !== undefined) return { id, name: record.name, time: record.time, from: record.from };
    const name = await nameIn(join(this.#folder, id)) ?? id;
    return { id, name, time: '', from: join(this.#library, safeFolderName(name)) };
  }

  async #readRecord(id: string): Promise<TrashRecord | undefined> {
    try {
      return recordSchema.safeParse(JSON.parse(await readFile(this.#recordOf(id), 'utf8'))).data;
    } catch (error) {
      if (error instanceof SyntaxError || errorCode(error) === 'ENOENT') return undefined;
      throw error;
    }
  }

  #recordOf(id: string): string {
    return join(this.#folder, `${id}.json`);
  }
}

/** Of all files below a folder; what vanishes meanwhile does not count. */
async function sizeOf(folder: string): Promise<number> {
  let sizeBytes = 0;
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])) {
    if (entry.isFile()) sizeBytes += (await stat(join(entry.parentPath, entry.name)).catch(() => undefined))?.size ?? 0;
  }
  return sizeBytes;
}

/** The folder itself, or the first numbered one beside it that is not there yet. @throws EnvironmentError `cannot-write` */
export function freeDirectory(wanted: string): string {
  for (let number = 1; number < maxNumber; number++) {
    const directory = number === 1 ? wanted : `${wanted}-${number}`;
    if (!existsSync(directory)) return directory;
  }
  throw new EnvironmentError('cannot-write', `There are too many folders called ${wanted}; choose another name.`);
}

/** A study's name as a folder's: Windows keeps some names for its devices and drops dots at the end, and `devices` is the library's own. */
export function safeFolderName(name: string): string {
  const plain = name.replaceAll(/[^\p{L}\p{N} ._-]/gu, '-').replace(/^[. ]+/, '').replace(/[. ]+$/, '') || 'study';
  return /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i.test(plain) || plain.toLowerCase() === 'devices' ? `study-${plain}` : plain;
}

/** A record whose folder never came. */
const isOrphan = (name: string, names: readonly string[]) => name.endsWith('.json')
  && idPattern.test(name.slice(0, -'.json'.length)) && !names.includes(name.slice(0, -'.json'.length));

async function lockOf(directory: string): Promise<StudyLock> {
  try {
    return await acquireStudyLock(directory);
  } catch (error) {
    if (error instanceof EnvironmentError && error.code === 'study-in-use') throw studyRunning(directory, error);
    throw error;
  }
}

/** The error for anything that must not be done to a study while a process has it. */
export function studyRunning(directory: string, cause?: unknown): InputError {
  return new InputError('study-running', `${directory} is being run at the moment; stop it first.`, { cause, details: { directory } });
}

async function move(from: string, to: string): Promise<void> {
  try {
    await retryWhileBusy(() => rename(from, to));
  } catch (error) {
    if (errorCode(error) === 'EXDEV') {
      throw new InputError('trash-elsewhere', `${from} lies on another disk than the library and its trash. Take it off the `
        + 'list instead, and delete its folder yourself if it is no longer needed.', { cause: error });
    }
    throw writeError(error, from);
  }
  for (const folder of new Set([dirname(to), dirname(from)])) await syncDirectory(folder);
}

async function deleteForGood(path: string): Promise<void> {
  try {
    await rm(path, { recursive: true, force: true, maxRetries: 5 });
  } catch (error) {
    throw new EnvironmentError('cannot-delete', `${path} cannot be deleted: ${messageOf(error)}.`, { cause: error });
  }
}

/** The name in a study's description; undefined when it cannot be told. */
async function nameIn(directory: string): Promise<string | undefined> {
  try {
    return z.object({ name: z.string().min(1) }).safeParse(JSON.parse(await readFile(join(directory, 'study.json'), 'utf8'))).data?.name;
  } catch (error) {
    if (error instanceof SyntaxError || errorCode(error) !== '') return undefined;
    throw error;
  }
}
