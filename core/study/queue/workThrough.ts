import { throwIfAborted } from '../../data/concurrent.ts';
import type { WorkQueue } from './workQueue.ts';

/** How long a portion should take: long enough for messages not to count, short enough to stop soon. */
const portionMs = 150;

export interface Worked<A, Result> {
  readonly arch: A;
  readonly result: Result;
  /** An equal share of the time that its portion took. */
  readonly ms: number;
}

/** How long architectures took, remembered from one call to the next. */
export interface Pace {
  msEach: number;
}

export const unknownPace = (): Pace => ({ msEach: portionMs });

/**
 * Has architectures worked on and hands them out in their order, in portions as they come. Whoever stops asking in the middle
 * has had everything up to there.
 * @throws CancelledError between two portions, and what the queue throws
 */
export async function* workThrough<A, Result>(
  archs: readonly A[], { submit, width, ahead, portion: { least, most } }: WorkQueue<Result>, { pace = unknownPace(), signal }: { pace?: Pace; signal?: AbortSignal } = {},
): AsyncGenerator<Worked<A, Result>[]> {
  const running: Promise<Worked<A, Result>[]>[] = [];
  for (let next = 0; next < archs.length || running.length > 0;) {
    throwIfAborted(signal);
    while (next < archs.length && running.length < ahead) {
      const even = Math.ceil((archs.length - next) / width);
      const portion = archs.slice(next, next + Math.min(even, most, Math.max(least, Math.round(portionMs / pace.msEach))));
      next += portion.length;
      const done = submit(portion).then(({ results, ms }) => {
        pace.msEach = Math.max(1e-3, (pace.msEach + ms / portion.length) / 2);
        return portion.map((arch, i) => ({ arch, result: results[i], ms: ms / portion.length }));
      });
      // Whoever stops asking does not look at those that are under way.
      done.catch(() => undefined);
      running.push(done);
    }
    yield await running.shift()!;
  }
}
