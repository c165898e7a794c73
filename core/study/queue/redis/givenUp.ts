import type { Job } from 'bullmq';
import { EnvironmentError, InputError } from '../../../base/errors.ts';
import { getSpace } from '../../../spaces/index.ts';
import type { Chunk } from '../chunks/chunk.ts';
import { spaceOf, workTitle } from '../chunks/work.ts';
import { errorOf, failureSchema, type Failure } from '../failure.ts';

/** How a worker says in a job what went wrong. */
export const failedReason = (failure: Failure): string => JSON.stringify(failure);

/** The error of a chunk that nobody tries any more: what it says of itself, or how often it was tried. */
export function givenUp({ work, archs }: Chunk, { failedReason: reason, attemptsMade, stalledCounter }: Pick<Job, 'failedReason' | 'attemptsMade' | 'stalledCounter'>): Error {
  const failure = readFailure(reason);
  const error = failure && errorOf(failure);
  // The same architectures fail in the same way wherever they are looked at.
  if (error instanceof InputError || (failure && failure.code === undefined)) return error!;
  const why = error?.message ?? (stalledCounter > 0 ? `the workers that had it were lost, ${stalledCounter} times.` : reason);
  const chunk = `a chunk of ${archs.length} ${archs.length === 1 ? 'architecture' : 'architectures'} (${workTitle(work)}, the first is ${getSpace(spaceOf(work)).key(archs[0])})`;
  return new EnvironmentError('chunk-given-up', `Gave up ${chunk} after ${Math.max(attemptsMade, stalledCounter)} tries: ${why}`, { details: { reason } });
}

function readFailure(reason: string): Failure | undefined {
  try {
    return failureSchema.safeParse(JSON.parse(reason)).data;
  } catch {
    return undefined;
  }
}
