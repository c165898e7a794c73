import { throwIfAborted } from '../../data/concurrent.ts';
import type { Score } from '../../scoring/score.ts';
import type { ScoringWorkers } from './scoringWorkers.ts';

/** How long a portion should take: long enough for messages not to count, short enough to stop soon. */
const portionMs = 150;

export interface ScoredArchitecture<A> {
  readonly arch: A;
  /** In the order of the plan's proxies. */
  readonly scores: readonly Score[];
  /** An equal share of the time that its portion took a worker. */
  readonly ms: number;
}

/** How long architectures took, remembered from one call to the next. */
export interface Pace {
  msEach: number;
}

export const unknownPace = (): Pace => ({ msEach: portionMs });

/**
 * Scores architectures and hands them out in their order, in portions as they come. Whoever stops asking in the middle has had
 * everything up to there.
 * @throws CancelledError between two portions, and what the workers throw
 */
export async function* scoreArchitectures<A>(
  archs: readonly A[], { score, width, portion: { least, most } }: ScoringWorkers, { pace = unknownPace(), signal }: { pace?: Pace; signal?: AbortSignal } = {},
): AsyncGenerator<ScoredArchitecture<A>[]> {
  const running: Promise<ScoredArchitecture<A>[]>[] = [];
  for (let next = 0; next < archs.length || running.length > 0;) {
    throwIfAborted(signal);
    while (next < archs.length && running.length < 2 * width) {
      const even = Math.ceil((archs.length - next) / width);
      const portion = archs.slice(next, next + Math.min(even, most, Math.max(least, Math.round(portionMs / pace.msEach))));
      next += portion.length;
      const startedMs = performance.now();
      const scored = score(portion).then((found) => {
        // Of two portions that a worker has, one waits for the other.
        const ms = (performance.now() - startedMs) / portion.length / Math.max(1, running.length / width);
        pace.msEach = Math.max(1e-3, (pace.msEach + ms) / 2);
        return portion.map((arch, i) => ({ arch, scores: found[i], ms }));
      });
      // Whoever stops asking does not look at those that are under way.
      scored.catch(() => undefined);
      running.push(scored);
    }
    yield await running.shift()!;
  }
}
