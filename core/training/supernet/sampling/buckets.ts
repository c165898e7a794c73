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
  /** Whether its window had to be made wider than those of others to have members. */
  readonly isWidened: boolean;
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
/** A step trains so many subnets of one bucket. */
const fewestMembers = 3;

/**
 * The buckets of a space: the architectures within a window above each level that contain the level's smallest subnet. Where no window
 * is given and a level has no such architecture, as in spaces of few members, its window is doubled until it has some.
 * @throws InputError `empty-bucket` when a given window holds no such architecture, and those of `bucketLevels` and `smallestSubnets`
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
  const mostMacs = networkMacs(space.lower(space.largest));
  const buckets = levels.map((fromMacs): Bucket<A> => {
    const smallest = servingSubnet(subnetMacs, fromMacs);
    const own = { fromMacs, toMacs: fromMacs + windowMacs, sampler: samplers[smallest]! };
    // Found out now rather than hours into the training.
    const isEmpty = drawFrom(own, new Random('trial')) === undefined;
    const window = isEmpty && sampling.windowMacs === undefined ? widened(space, subnets[smallest], own, mostMacs) : own;
    const draw = (random: Random) => {
      const arch = drawFrom(window, random);
      if (arch === undefined) {
        throw new InputError('empty-bucket',
          `No architecture of ${space.id} has ${fromMacs} to ${window.toMacs} MACs; widen training.sampling.windowMacs, leave it out, or choose other training.buckets.`);
      }
      return arch;
    };
    if (isEmpty) draw(new Random('trial'));
    return { fromMacs, toMacs: window.toMacs, isWidened: window !== own, smallest, draw };
  });
  return { buckets, smallestSubnets: subnets };
}

interface Window<A> {
  readonly fromMacs: number;
  readonly toMacs: number;
  readonly sampler: MacsSampler<A>;
}

const drawFrom = <A>({ sampler, fromMacs, toMacs }: Window<A>, random: Random) => sampler.draw(fromMacs, toMacs, random);

/** An empty window, doubled until it holds a few members or all that are larger. */
function widened<A>(space: SearchSpace<A>, atLeast: A, { fromMacs, toMacs }: Window<A>, mostMacs: number): Window<A> {
  for (let windowMacs = 2 * (toMacs - fromMacs); ; windowMacs *= 2) {
    const end = Math.min(mostMacs, fromMacs + windowMacs);
    const window = { fromMacs, toMacs: end, sampler: new MacsSampler(space, { atLeast, windowMacs, maxMacs: end }) };
    if (end === mostMacs || (window.sampler.count(fromMacs, end) >= fewestMembers && drawFrom(window, new Random('trial')) !== undefined)) return window;
  }
}
