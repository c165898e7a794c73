import { join } from 'node:path';
import { z } from 'zod';
import { InputError } from '../../../base/errors.ts';
import { readText } from '../../textFile.ts';
import { readChunk, type Chunk } from '../chunks/chunk.ts';
import { parseExactJson } from '../exactJson.ts';

/** Where everything of an array of tasks lies: chunks to be done by anyone who sees the folder, and their results. */
export const arrayPaths = (folder: string) => ({
  info: join(folder, 'array.json'),
  script: join(folder, 'array.sbatch'),
  blobs: join(folder, 'blobs'),
  logs: join(folder, 'logs'),
  chunk: (index: number) => join(folder, 'chunks', `${index}.json`),
  result: (index: number) => join(folder, 'results', `${index}.json`),
});

const infoSchema = z.object({ chunks: z.int().min(1) });
export type ArrayInfo = z.output<typeof infoSchema>;

/** @throws InputError `no-array` for a folder that is none */
export async function readArrayInfo(folder: string): Promise<ArrayInfo> {
  try {
    return infoSchema.parse(JSON.parse(await readText(arrayPaths(folder).info)));
  } catch (cause) {
    throw new InputError('no-array', `${folder}: is no folder that "pocketformer slurm" wrote.`, { cause });
  }
}

/** @throws InputError `no-chunk` for a number that there is none of, and as `readChunk` */
export async function readArrayChunk(folder: string, index: number): Promise<Chunk> {
  const { chunks } = await readArrayInfo(folder);
  if (index >= chunks) throw new InputError('no-chunk', `${folder}: there is no chunk ${index}; they are numbered from 0 to ${chunks - 1}.`);
  return readChunk(parseExactJson(await readText(arrayPaths(folder).chunk(index))));
}
