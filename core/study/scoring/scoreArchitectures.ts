import { throwIfAborted, yieldToEvents } from '../../data/concurrent.ts';
import type { Score } from '../../scoring/score.ts';
import type { ArchitectureScorer } from './architectureScorer.ts';

/** How long a portion should take: long enough to be faster together, short enough to see progress and stop soon. */
const portionMs = 300;
const mostPerPortion = 256;

export interface ScoredArchitecture<A> {
  readonly arch: A;
  /** In the order of the plan's proxies. */
  readonly scores: readonly Score[];
  /** An equal share of the time that its portion took. */
  readonly ms: number;
}

/** Scores architectures a portion at a time, in their order. @throws CancelledError between two portions */
export async function* scoreArchitectures<A>(
  archs: readonly A[], scorer: ArchitectureScorer, signal?: AbortSignal,
): AsyncGenerator<ScoredArchitecture<A>[]> {
  let msEach = portionMs;
  for (let next = 0; next < archs.length;) {
    const portion = archs.slice(next, next + Math.min(mostPerPortion, Math.max(1, Math.round(portionMs / msEach))));
    next += portion.length;
    await yieldToEvents();
    throwIfAborted(signal);
    const startedMs = performance.now();
    const found = scorer(portion);
    const ms = (performance.now() - startedMs) / portion.length;
    msEach = Math.max(1e-3, (msEach + ms) / 2);
    yield portion.map((arch, i) => ({ arch, scores: found[i], ms }));
  }
}
