import { Random } from '../../base/random.ts';
import { networkMacs } from '../../network/counts.ts';
import type { SearchSpace } from '../../spaces/space.ts';
import type { TrainingSettings } from '../../training/settings.ts';
import { makeBuckets } from '../../training/supernet/sampling/buckets.ts';

/** Architectures that all variants are judged by at one level of MACs. */
export interface BucketCandidates<A> {
  readonly fromMacs: number;
  readonly toMacs: number;
  readonly candidates: readonly { readonly key: string; readonly arch: A; readonly macs: number }[];
}

/** So many smallest subnets as the variants with several have. */
const severalSmallest = 3;

/**
 * The same architectures for every variant and seed. Half of each level's are any of that size, half contain the level's
 * hierarchical smallest subnet, so that neither kind of variant is judged on the other's ground alone.
 */
export function bucketCandidates<A>(space: SearchSpace<A>, { buckets: wanted, sampling }: TrainingSettings, perBucket: number): BucketCandidates<A>[] {
  const random = new Random('ablation');
  const kinds = [1, severalSmallest].map((smallestSubnets) =>
    makeBuckets(space, { buckets: wanted, sampling: { windowMacs: sampling.windowMacs, smallestSubnets } }).buckets);
  return kinds[0].map(({ fromMacs, toMacs }, i) => {
    const found = new Map<string, A>();
    for (let tries = 0; found.size < perBucket && tries < 100 * perBucket; tries++) {
      const arch = kinds[tries % kinds.length][i].draw(random);
      found.set(space.key(arch), arch);
    }
    const candidates = [...found].map(([key, arch]) => ({ key, arch, macs: networkMacs(space.lower(arch)) }));
    return { fromMacs, toMacs, candidates };
  });
}
