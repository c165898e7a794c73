import type { Job } from 'bullmq';
import { z } from 'zod';
import { EnvironmentError, InputError } from '../../../base/errors.ts';
import { getSpace } from '../../../spaces/index.ts';
import type { Chunk } from '../chunks/chunk.ts';
import { spaceOf, workTitle } from '../chunks/work.ts';
import { errorOf, failureSchema, type Failure } from '../../../base/failure.ts';

const toldSchema = failureSchema.extend({ worker: z.string().optional() });

/** How a worker says in a job what went wrong. */
export const failedReason = (failure: Failure, worker: string): string => JSON.stringify({ ...failure, worker } satisfies z.input<typeof toldSchema>);

/** What is said of a chunk whose try failed, and which goes to whoever is free. */
export function triedAgain(chunk: Chunk, { failedReason: reason, attemptsMade }: Pick<Job, 'failedReason' | 'attemptsMade'>): string {
  const failure = readFailure(reason);
  return `Handing ${chunkText(chunk)} out again after ${attemptsMade === 1 ? 'a try' : `${attemptsMade} tries`}${failure?.worker === undefined ? '' : ` by ${failure.worker}`}: ${failure?.message ?? reason}`;
}

const chunkText = ({ work, archs }: Chunk) =>
  `a chunk of ${archs.length} ${archs.length === 1 ? 'architecture' : 'architectures'} (${workTitle(work)}, the first is ${getSpace(spaceOf(work)).key(archs[0])})`;

/** The error of a chunk that nobody tries any more: what it says of itself, or how often it was tried. */
export function givenUp(chunk: Chunk, { failedReason: reason, attemptsMade, stalledCounter }: Pick<Job, 'failedReason' | 'attemptsMade' | 'stalledCounter'>): Error {
  const failure = readFailure(reason);
  const error = failure && errorOf(failure);
  // The same architectures fail in the same way wherever they are looked at.
  if (error instanceof InputError || (failure && failure.code === undefined)) return error!;
  const why = error?.message ?? (stalledCounter > 0 ? `the workers that had it were lost, ${stalledCounter} times.` : reason);
  return new EnvironmentError('chunk-given-up', `Gave up ${chunkText(chunk)} after ${Math.max(attemptsMade, stalledCounter)} tries: ${why}`, { details: { reason } });
}

function readFailure(reason: string): z.output<typeof toldSchema> | undefined {
  try {
    return toldSchema.safeParse(JSON.parse(reason)).data;
  } catch {
    return undefined;
  }
}
