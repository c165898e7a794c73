import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { EnvironmentError, messageOf } from '../base/errors.ts';

export type FileContent = string | Uint8Array | readonly Uint8Array[];

export interface WriteOptions {
  /** What the person should do after a failed write; ends the message. */
  readonly remedy?: string;
}

/** Ends the name of everything that is being written; whoever owns the folder may delete such leftovers of a crash. */
const temporarySuffix = '.tmp';
let temporaryCounter = 0;

/** A name in the same directory (so that a rename stays on one disk) that no other write uses. */
export function temporaryPath(path: string): string {
  return join(dirname(path), `.${basename(path)}.${process.pid}-${temporaryCounter++}${temporarySuffix}`);
}

/**
 * Replaces a file as a whole: readers, and a machine that loses power, see the old content or the new one. A failure
 * leaves the old file as it was and nothing else.
 * @throws EnvironmentError `disk-full` or `cannot-write`, naming the path.
 */
export async function writeFileAtomic(path: string, content: FileContent, options: WriteOptions = {}): Promise<void> {
  const temporary = temporaryPath(path);
  try {
    await writeDurably(temporary, content);
    await renameDurably(temporary, path);
  } catch (error) {
    await removeQuietly(temporary);
    throw writeError(error, path, options.remedy);
  }
}

/** Writes a new file and waits until it is on the disk. Its name is only sure after `syncDirectory`. */
export async function writeDurably(path: string, content: FileContent): Promise<void> {
  const file = await open(path, 'wx');
  try {
    const pieces = typeof content === 'string' || content instanceof Uint8Array ? [content] : content;
    for (const piece of pieces) await file.writeFile(piece);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Renames a file or a directory and waits until the new name is on the disk. */
export async function renameDurably(from: string, to: string): Promise<void> {
  await retryWhileBusy(() => rename(from, to));
  await syncDirectory(dirname(to));
}

/** Windows, and some network file systems, cannot do this; there the names are as safe as the system makes them. */
const unsupportedSyncCodes = ['EINVAL', 'ENOTSUP', 'ENOSYS', 'EISDIR', 'EBADF', 'EPERM', 'EACCES'];

/** Waits until the names in a directory are on the disk, where the system offers that. */
export async function syncDirectory(path: string): Promise<void> {
  try {
    const directory = await open(path, 'r');
    try {
      await directory.sync();
    } finally {
      await directory.close();
    }
  } catch (error) {
    if (!unsupportedSyncCodes.includes(errorCode(error))) throw error;
  }
}

/**
 * Virus scanners and indexers on Windows hold fresh files open for moments, which makes renames fail.
 * @param delaysMs pauses before each further try; about 1.3 s in all unless given.
 */
export async function retryWhileBusy<T>(
  operation: () => Promise<T>,
  delaysMs: readonly number[] = [10, 20, 40, 80, 160, 320, 640],
): Promise<T> {
  for (const delayMs of delaysMs) {
    try {
      return await operation();
    } catch (error) {
      if (!['EPERM', 'EBUSY', 'EACCES'].includes(errorCode(error))) throw error;
      await sleep(delayMs);
    }
  }
  return operation();
}

const fullDiskReasons: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EFBIG: 'the file would be larger than this disk or session allows',
};

/** The error to throw after a failed write to `path`: `disk-full` where that is the reason, else `cannot-write`. */
export function writeError(error: unknown, path: string, remedy?: string): EnvironmentError {
  if (error instanceof EnvironmentError) return error;
  const code = errorCode(error);
  const end = remedy === undefined ? '.' : `; ${remedy}`;
  if (Object.hasOwn(fullDiskReasons, code)) {
    const message = `Cannot write ${path}: ${fullDiskReasons[code]}${end}`;
    return new EnvironmentError('disk-full', message, { cause: error, details: { path } });
  }
  return new EnvironmentError('cannot-write', `Cannot write ${path}: ${messageOf(error)}${end}`, { cause: error, details: { path } });
}

/** Deletes what killed processes left half-written directly inside a directory. The caller must be its only writer. */
export async function removeLeftovers(directory: string): Promise<void> {
  for (const name of await namesIn(directory)) {
    if (isLeftover(name)) await removeQuietly(join(directory, name));
  }
}

/** Whether a name is that of something half-written. */
export const isLeftover = (name: string) => name.startsWith('.') && name.endsWith(temporarySuffix);

/** Names in a directory, in a fixed order; none when it does not exist. */
export async function namesIn(directory: string): Promise<string[]> {
  try {
    return (await readdir(directory)).sort();
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  }
}

/**
 * Removes a file or directory that is no longer needed. A failure is not reported: nothing depends on the removal, and
 * the next owner of the folder tries again.
 */
export async function removeQuietly(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true, maxRetries: 3 }).catch(() => undefined);
}

export async function makeDirectory(path: string, options: WriteOptions = {}): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
  } catch (error) {
    throw writeError(error, path, options.remedy);
  }
}

/** The system's code (`ENOENT` ...), or '' when the error has none. */
export function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}
