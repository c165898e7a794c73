import { z } from 'zod';
import { InputError, PocketformerError } from '../../../base/errors.ts';
import { readText } from '../../textFile.ts';
import { chunkId, type Chunk } from '../chunks/chunk.ts';
import { readResults, writtenSchema } from '../chunks/results.ts';
import type { Work } from '../chunks/work.ts';
import type { DonePortion } from '../workQueue.ts';
import type { Worked } from '../workThrough.ts';
import { arrayPaths, readArrayChunk, readArrayInfo } from './arrayFolder.ts';

const resultSchema = writtenSchema.extend({ chunk: z.string() });

export interface Collected {
  readonly work: Work;
  /** In the order in which the architectures were given; of chunks that are done. */
  readonly worked: readonly Worked<unknown, unknown>[];
  /** Numbers of the chunks that are not. */
  readonly missing: readonly number[];
  readonly chunks: number;
}

/** All results that a folder holds. @throws as `readArrayInfo` and `readChunk` */
export async function collectArray(folder: string): Promise<Collected> {
  const { chunks } = await readArrayInfo(folder);
  const [worked, missing]: [Worked<unknown, unknown>[], number[]] = [[], []];
  let work: Work | undefined;
  for (let i = 0; i < chunks; i++) {
    const chunk = await readArrayChunk(folder, i);
    work = chunk.work;
    const done = await readArrayResult(folder, i, chunk);
    if (done) worked.push(...chunk.archs.map((arch, n) => ({ arch, result: done.results[n], ms: done.ms / chunk.archs.length })));
    else missing.push(i);
  }
  return { work: work!, worked, missing, chunks };
}

/** Undefined for one that is not there, or is another chunk's or damaged: its task does it again. */
export async function readArrayResult(folder: string, index: number, chunk: Chunk): Promise<DonePortion<unknown> | undefined> {
  try {
    const written = resultSchema.parse(JSON.parse(await readText(arrayPaths(folder).result(index))));
    return written.chunk === chunkId(chunk) ? readResults(chunk, written) : undefined;
  } catch (error) {
    if (error instanceof z.ZodError || error instanceof SyntaxError || (error instanceof PocketformerError && isNoResult(error))) return undefined;
    throw error;
  }
}

const isNoResult = (error: PocketformerError) => (error instanceof InputError ? ['missing-file', 'not-a-text-file'] : ['invalid-results']).includes(error.code);
