import { existsSync, readdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { InputError } from '../../../base/errors.ts';
import { makeDirectory, writeFileAtomic } from '../../files.ts';
import { FolderBlobs } from '../blobs/folderBlobs.ts';
import { chunkOf } from '../chunks/chunk.ts';
import type { DescribedWork } from '../chunks/describeWork.ts';
import { workTitle } from '../chunks/work.ts';
import { exactJson } from '../exactJson.ts';
import { arrayPaths, type ArrayInfo } from './arrayFolder.ts';
import { arrayScript } from './script.ts';

/** Most clusters take a thousand tasks in an array, and each takes seconds to begin. */
const fewTasks = 100;

export interface ArrayOptions {
  readonly described: DescribedWork;
  readonly archs: readonly unknown[];
  /** Architectures of a chunk at least, where nobody says how many. */
  readonly least: number;
  /** Architectures of a chunk. */
  readonly chunkSize?: number;
  /** The program as every node can start it, a word each. */
  readonly program: readonly string[];
}

/**
 * Writes chunks of work, what they need, and an sbatch script that does them, into a new folder.
 * @throws InputError `folder-not-empty`; EnvironmentError `cannot-write`
 */
export async function writeArray(folder: string, { described: { work, blobs }, archs, least, chunkSize, program }: ArrayOptions): Promise<ArrayInfo & { readonly script: string }> {
  if (existsSync(folder) && readdirSync(folder).length > 0) throw new InputError('folder-not-empty', `${folder}: is not empty; expected a new folder.`);
  const size = chunkSize ?? Math.max(least, Math.ceil(archs.length / fewTasks));
  const paths = arrayPaths(resolve(folder));
  const chunks = Math.ceil(archs.length / size);
  for (const path of [paths.logs, dirname(paths.chunk(0)), dirname(paths.result(0))]) await makeDirectory(path);
  const store = new FolderBlobs(paths.blobs);
  for (const bytes of blobs) await store.put(bytes);
  for (let i = 0; i < chunks; i++) await writeFileAtomic(paths.chunk(i), exactJson(chunkOf(work, archs.slice(i * size, (i + 1) * size))));
  await writeFileAtomic(paths.script, arrayScript({ folder: resolve(folder), logs: paths.logs, chunks, title: `pocketformer ${workTitle(work)}`, threads: work.engine?.threads ?? 1, program }));
  // Last, because a folder with it is whole.
  await writeFileAtomic(paths.info, `${JSON.stringify({ chunks } satisfies ArrayInfo)}\n`);
  return { chunks, script: paths.script };
}
