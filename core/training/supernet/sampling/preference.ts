import { networkMacs } from '../../../network/counts.ts';
import type { SearchSpace, SpaceDimension } from '../../../spaces/space.ts';

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

/** MACs of an architecture that takes the anchor's choices of one kind in its transformer stages. */
function macsWith<A>(space: SearchSpace<A>, arch: A, anchor: A, kind: SpaceDimension['kind']): number {
  const theirs = space.coordinates(anchor);
  const mixed = space.coordinates(arch).map((own, i) =>
    space.dimensions[i].isTransformer && space.dimensions[i].kind === kind ? theirs[i] : own);
  return networkMacs(space.lower(space.fromCoordinates(mixed)));
}
