import { InputError } from '../../../base/errors.ts';
import { Random } from '../../../base/random.ts';
import { networkMacs } from '../../../network/counts.ts';
import { MacsSampler } from '../../../spaces/macsSampler.ts';
import type { SearchSpace } from '../../../spaces/space.ts';
import { bucketLevels } from './levels.ts';
import type { SamplingSettings } from './settings.ts';
import { servingSubnet, smallestSubnets } from './smallestSubnets.ts';

/** Architectures of one level of complexity (elasticvit.md section 4). */
export interface Bucket<A> {
  readonly fromMacs: number;
  readonly toMacs: number;
  /** Which of the smallest subnets serves it. */
  readonly smallest: number;
  /** One of its architectures, each equally likely; none has a choice below the bucket's smallest subnet. */
  draw(random: Random): A;
}

export interface Buckets<A> {
  readonly buckets: readonly Bucket<A>[];
  /** Ascending, the space's smallest first unless others were named. */
  readonly smallestSubnets: readonly A[];
}

export interface BucketOptions {
  /** How many, or the MACs that they begin at. */
  readonly buckets: number | readonly number[];
  readonly sampling: Pick<SamplingSettings, 'windowMacs' | 'smallestSubnets'>;
}

/** The released window is 20 M MACs over a lowest level of 100 M. */
const windowShare = 0.2;

/**
 * The buckets of a space: the architectures within a window above each level that contain the level's smallest subnet.
 * @throws InputError `empty-bucket` when a window holds no such architecture, and those of `bucketLevels` and `smallestSubnets`
 */
export function makeBuckets<A>(space: SearchSpace<A>, { buckets: wanted, sampling }: BucketOptions): Buckets<A> {
  const levels = bucketLevels(space, wanted);
  const subnets = smallestSubnets(space, sampling.smallestSubnets, levels);
  const subnetMacs = subnets.map((arch) => networkMacs(space.lower(arch)));
  const windowMacs = sampling.windowMacs ?? windowShare * levels[0];
  const samplers = subnets.map((atLeast, i) => {
    const served = levels.filter((level) => servingSubnet(subnetMacs, level) === i);
    return served.length === 0 ? undefined : new MacsSampler(space, { atLeast, windowMacs, maxMacs: Math.max(...served) + windowMacs });
  });
  const buckets = levels.map((fromMacs): Bucket<A> => {
    const smallest = servingSubnet(subnetMacs, fromMacs);
    const toMacs = fromMacs + windowMacs;
    const draw = (random: Random) => {
      const arch = samplers[smallest]!.draw(fromMacs, toMacs, random);
      if (arch === undefined) {
        throw new InputError('empty-bucket', `No architecture of ${space.id} has ${fromMacs} to ${toMacs} MACs; widen training.sampling.windowMacs or choose other training.buckets.`);
      }
      return arch;
    };
    // Found out now rather than hours into the training.
    draw(new Random('trial'));
    return { fromMacs, toMacs, smallest, draw };
  });
  return { buckets, smallestSubnets: subnets };
}
