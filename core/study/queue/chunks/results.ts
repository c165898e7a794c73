import { z } from 'zod';
import { EnvironmentError } from '../../../base/errors.ts';
import type { Score } from '../../../scoring/score.ts';
import { parseExactJson } from '../exactJson.ts';
import type { DonePortion } from '../workQueue.ts';
import type { Chunk } from './chunk.ts';
import type { Work } from './work.ts';

/** What each kind of work gives for an architecture. */
export type ResultOf<W extends Work> = W extends { kind: 'score' } ? readonly Score[] : number;

/** How results travel: numbers to the last bit. */
export const writtenSchema = z.object({ results: z.string(), ms: z.number().min(0) });
export type WrittenResults = z.output<typeof writtenSchema>;

/** Scores that are not valid are NaN, which `z.number()` is not. */
const number = z.custom<number>((value) => typeof value === 'number', 'expected a number');
const proxyResult = z.object({
  value: number, macs: number, invalid: z.string().optional(), note: z.string().optional(), standardError: number.optional(),
  parts: z.record(z.string(), number).optional(),
});
const score = z.object({ value: number, spread: number.optional(), perSeed: z.array(proxyResult), macs: number, invalid: z.string().optional() });
const schemas = { score: z.array(z.array(score)), evaluate: z.array(z.number().min(0).max(1)) };

/** @throws EnvironmentError `invalid-results` when what came back are not the chunk's results */
export function readResults<W extends Work>({ work, archs }: Chunk & { readonly work: W }, written: unknown): DonePortion<ResultOf<W>> {
  const outer = writtenSchema.safeParse(written);
  const inner = outer.success ? schemas[work.kind].safeParse(parsedOrNothing(outer.data.results)) : outer;
  if (!outer.success || !inner.success || inner.data.length !== archs.length) {
    throw new EnvironmentError('invalid-results', 'What came back for a chunk of work are not its results.', { cause: inner.error });
  }
  return { results: inner.data as ResultOf<W>[], ms: outer.data.ms };
}

function parsedOrNothing(text: string): unknown {
  try {
    return parseExactJson(text);
  } catch {
    return undefined;
  }
}
