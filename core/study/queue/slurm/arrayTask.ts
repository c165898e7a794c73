import { makeDirectory, writeFileAtomic } from '../../files.ts';
import { dirname } from 'node:path';
import { FolderBlobs } from '../blobs/folderBlobs.ts';
import { chunkId } from '../chunks/chunk.ts';
import { chunkDoer } from '../chunks/doWork.ts';
import { exactJson } from '../exactJson.ts';
import { arrayPaths, readArrayChunk } from './arrayFolder.ts';
import { readArrayResult } from './collect.ts';

/**
 * Does one chunk of a folder, unless its results are there.
 * @returns architectures, and whether they were done now
 * @throws as `readArrayChunk` and `chunkDoer`
 */
export async function doArrayTask(folder: string, index: number): Promise<{ readonly architectures: number; readonly isNew: boolean }> {
  const paths = arrayPaths(folder);
  const chunk = await readArrayChunk(folder, index);
  const architectures = chunk.archs.length;
  if (await readArrayResult(folder, index, chunk)) return { architectures, isNew: false };
  const { results, ms } = await chunkDoer(new FolderBlobs(paths.blobs))(chunk);
  await makeDirectory(dirname(paths.result(index)));
  await writeFileAtomic(paths.result(index), JSON.stringify({ chunk: chunkId(chunk), results: exactJson(results), ms }));
  return { architectures, isNew: true };
}
