import { InputError } from '../../base/errors.ts';
import type { Random } from '../../base/random.ts';
import { networkMacs } from '../../network/counts.ts';
import type { SearchSpace } from '../../spaces/space.ts';

/** Architectures of similar complexity. */
export interface Bucket<A> {
  readonly fromMacs: number;
  readonly toMacs: number;
  readonly architectures: readonly A[];
}

const perBucket = 256;
const probes = 1000;
const maxTries = 40_000;

/**
 * Sorts sampled architectures into ranges of MACs, spaced evenly in their logarithm from the smallest architecture's to
 * the 95th percentile of uniform samples. Subnets of one step then differ little in size, which is what keeps their
 * gradients from conflicting (elasticvit.md section 4). Uniform sampling hardly ever draws small networks, so drawn
 * architectures are pushed towards the minimum by random amounts.
 */
export function sampleBuckets<A>(space: SearchSpace<A>, count: number, random: Random): Bucket<A>[] {
  const macsOf = (arch: A) => networkMacs(space.lower(arch));
  const spread = Array.from({ length: probes }, () => macsOf(space.sample(random))).sort((a, b) => a - b);
  const low = Math.log(macsOf(space.smallest));
  const high = Math.log(spread[Math.floor(probes * 0.95)]);
  const lists = Array.from({ length: count }, () => new Map<string, A>());
  let missing = count * perBucket;
  for (let tries = 0; missing > 0 && tries < maxTries; tries++) {
    const push = random.uniform();
    const drawn = space.sample(random);
    const arch = random.chance(0.25) ? drawn : space.mutate(drawn, random, { depth: push, choice: push, uniform: 0 });
    const position = (Math.log(macsOf(arch)) - low) / (high - low);
    const list = lists[Math.min(count - 1, Math.floor(position * count))];
    const key = space.key(arch);
    if (position < 0 || position >= 1 || list.size >= perBucket || list.has(key)) continue;
    list.set(key, arch);
    missing--;
  }
  const edge = (i: number) => Math.exp(low + (high - low) * i / count);
  const buckets = lists.map((list, i) => ({ fromMacs: edge(i), toMacs: edge(i + 1), architectures: [...list.values()] }))
    .filter(({ architectures }) => architectures.length > 0);
  if (buckets.length === 0) throw new InputError('empty-buckets', `Space "${space.id}" has no architectures between its smallest and its typical size.`);
  return buckets;
}

/** The next step's bucket: the same or a neighbour, so that consecutive steps are alike too (elasticvit.md section 4). */
export function walk(bucket: number, count: number, random: Random): number {
  const step = random.integer(3) - 1;
  return Math.min(count - 1, Math.max(0, bucket + step));
}
