import { z } from 'zod';
import type { Chunk } from './chunk.ts';

/** How long a worker may have a chunk unless told otherwise: by far longer than any that is worth handing out. */
export const defaultChunkMinutes = 30;
/** As long as a timer can wait: 24 days. */
const longestMs = 2 ** 31 - 1;

/** A chunk as it lies in a queue, with what does not decide its results. */
export const handedIn = (chunk: Chunk, minutes = defaultChunkMinutes) => ({ ...chunk, limitMs: 60_000 * minutes });

const limitSchema = z.object({ limitMs: z.number().positive().catch(60_000 * defaultChunkMinutes) });

/** How long one that was handed in may take. */
export const limitMsOf = (data: unknown): number => Math.min(longestMs, limitSchema.parse(data).limitMs);

/** "30 minutes". */
export function durationText(ms: number): string {
  const [value, unit] = ms < 120_000 ? [ms / 1000, 'second'] : [ms / 60_000, 'minute'];
  const shown = Number(value.toPrecision(3));
  return `${shown} ${unit}${shown === 1 ? '' : 's'}`;
}
