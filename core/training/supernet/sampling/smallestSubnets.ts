import { InputError } from '../../../base/errors.ts';
import { networkMacs } from '../../../network/counts.ts';
import type { SearchSpace } from '../../../spaces/space.ts';
import type { StageContext } from '../../../spaces/stageChain.ts';

/**
 * A bucket is served by the largest of the smallest subnets that has at most this share of the bucket's MACs: with the
 * published subnets and levels that is the released assignment (37 M for 100 and 200 M; 160 M for 300 and 400 M; 289 M
 * from 500 M on).
 */
const largestShare = 0.6;

/**
 * The hierarchical smallest subnets (elasticvit.md section 4), ascending, the space's smallest first: named ones, or as
 * many as wanted. Generated ones serve about equally many levels each and grow like the published: resolution, widths and
 * depths together, kernels and ratios at their least; each has every choice at least as large as the one before.
 * @throws InputError `unknown-network` for a name that the space does not have, `invalid-smallest` when names do not ascend
 * in MACs
 */
export function smallestSubnets<A>(space: SearchSpace<A>, wanted: number | readonly string[], levels: readonly number[]): A[] {
  if (typeof wanted !== 'number') return named(space, wanted);
  const count = Math.min(wanted, levels.length);
  const subnets = [space.smallest];
  for (let i = 1; i < count; i++) {
    const firstServed = levels[Math.floor(i * levels.length / count)];
    const subnet = grownSubnet(space, largestShare * firstServed);
    if (space.key(subnet) !== space.key(subnets[subnets.length - 1])) subnets.push(subnet);
  }
  return subnets;
}

/** Which of the smallest subnets serves a level: the largest with at most 0.6 of its MACs. @param macs of the subnets, ascending */
export function servingSubnet(macs: readonly number[], level: number): number {
  return Math.max(0, macs.findLastIndex((each) => each <= largestShare * level));
}

function named<A>(space: SearchSpace<A>, names: readonly string[]): A[] {
  const subnets = names.map((name) => {
    const arch = Object.hasOwn(space.networks, name) ? space.networks[name] : undefined;
    if (arch === undefined) {
      throw new InputError('unknown-network', `No network of ${space.id} is called "${name}"; known are ${Object.keys(space.networks).join(', ')}.`);
    }
    return arch;
  });
  const macs = subnets.map((arch) => networkMacs(space.lower(arch)));
  const smaller = macs.findIndex((each, i) => i > 0 && each <= macs[i - 1]);
  if (smaller >= 0) {
    throw new InputError('invalid-smallest', `The smallest subnets must ascend in MACs, but ${names[smaller]} is not larger than ${names[smaller - 1]}.`);
  }
  return subnets;
}

/** Halvings of the range of sizes: fine enough to meet every step of the longest dimension. */
const halvings = 7;

/** The largest architecture with at most so many MACs among those that grow in resolution, widths and depths together. */
function grownSubnet<A>(space: SearchSpace<A>, maxMacs: number): A {
  let [arch, share] = [space.smallest, 0];
  for (let step = 0.5, i = 0; i < halvings; i++, step /= 2) {
    const larger = smallestAbove(space, space.dimensions.map(({ kind, values }) =>
      kind === 'resolution' || kind === 'width' || kind === 'depth' ? Math.floor((share + step) * values.length) : 0));
    if (networkMacs(space.lower(larger)) <= maxMacs) [arch, share] = [larger, share + step];
  }
  return arch;
}

/**
 * The architecture that takes, stage by stage, the least choices that are possible and not below the wanted ones; where all
 * are below, as those of a layer that the depth leaves out, the least possible.
 */
function smallestAbove<A>(space: SearchSpace<A>, wanted: readonly number[]): A {
  const chain = space.chain();
  const values = new Array<number>(space.dimensions.length);
  let context: StageContext = chain.start;
  for (const { dimensions, options } of chain.stages) {
    const all = options(context);
    const excess = (choices: readonly number[]) => choices.reduce((sum, choice, i) => sum + choice - wanted[dimensions[i]], 0);
    const possible = all.filter(({ choices }) => choices.every((choice, i) => choice >= wanted[dimensions[i]]));
    const [least] = (possible.length > 0 ? possible : all).sort((a, b) => excess(a.choices) - excess(b.choices));
    dimensions.forEach((dimension, i) => { values[dimension] = space.dimensions[dimension].values[least.choices[i]]; });
    context = least.next;
  }
  return space.fromCoordinates(values);
}
