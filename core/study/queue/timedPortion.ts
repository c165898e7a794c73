import type { DonePortion } from './workQueue.ts';

/** Does a portion here and now, and says how long it took. */
export function timedPortion<Result>(work: () => readonly Result[]): DonePortion<Result> {
  const startedMs = performance.now();
  const results = work();
  return { results, ms: performance.now() - startedMs };
}
