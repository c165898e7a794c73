import { midRanks } from '../../../base/rankStatistics.ts';
import { networkMacs } from '../../../network/counts.ts';
import type { SearchSpace, SpaceDimension } from '../../../spaces/space.ts';
import type { PerformanceSettings } from './settings.ts';

/**
 * D of the preference rule (elasticvit.md section 5): MACs with the anchor's widths in the transformer stages, minus MACs
 * with the anchor's depths there. Small where an architecture owes its size to width rather than to depth.
 */
export function depthPreference<A>(space: SearchSpace<A>, arch: A, anchor: A): number {
  return macsWith(space, arch, anchor, 'width') - macsWith(space, arch, anchor, 'depth');
}

/** The candidate that the rule ranks first; of equals, the first. @param candidates at least one */
export function preferred<A>(space: SearchSpace<A>, candidates: readonly A[], anchor: A): A {
  let [best] = candidates;
  let least = Infinity;
  for (const candidate of candidates) {
    const preference = depthPreference(space, candidate, anchor);
    if (preference < least) [best, least] = [candidate, preference];
  }
  return best;
}

/** Values of architectures by something else than the rule, such as a training-free score: larger is better, NaN where there is none. */
export type Rating<A> = (archs: readonly A[]) => readonly number[];

/**
 * The candidate that exploration trains: the one that the rule ranks first, the one of highest rating, or the one of the smallest
 * sum of both ranks; of equals, the first.
 * @param candidates at least one
 * @throws RangeError without a rating where one is asked for
 */
export function chosenCandidate<A>(
  space: SearchSpace<A>, candidates: readonly A[], anchor: A, preference: PerformanceSettings['preference'], rating: Rating<A> | undefined,
): A {
  if (preference === 'width-over-depth') return preferred(space, candidates, anchor);
  if (!rating) throw new RangeError(`The preference "${preference}" needs a rating of candidates.`);
  // Ranks need numbers that compare; what has no value ranks last.
  const ratings = rating(candidates).map((value) => (Number.isFinite(value) ? value : -Number.MAX_VALUE));
  if (preference === 'score') return candidates[ratings.indexOf(Math.max(...ratings))];
  const byRule = midRanks(candidates.map((candidate) => depthPreference(space, candidate, anchor)));
  const sums = midRanks(ratings.map((value) => -value)).map((rank, i) => rank + byRule[i]);
  return candidates[sums.indexOf(Math.min(...sums))];
}

/** MACs of an architecture that takes the anchor's choices of one kind in its transformer stages. */
function macsWith<A>(space: SearchSpace<A>, arch: A, anchor: A, kind: SpaceDimension['kind']): number {
  const theirs = space.coordinates(anchor);
  const mixed = space.coordinates(arch).map((own, i) =>
    space.dimensions[i].isTransformer && space.dimensions[i].kind === kind ? theirs[i] : own);
  return networkMacs(space.lower(space.fromCoordinates(mixed)));
}
