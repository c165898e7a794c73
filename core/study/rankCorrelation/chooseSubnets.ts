import type { Random } from '../../base/random.ts';
import { networkMacs } from '../../network/counts.ts';
import { MacsSampler } from '../../spaces/macsSampler.ts';
import type { SearchSpace } from '../../spaces/space.ts';

export interface ChosenSubnet<A> {
  readonly key: string;
  readonly arch: A;
  readonly macs: number;
}

/** Draws from the space for a stretch of MACs until one is left without a subnet. */
const maxTries = 20;

/**
 * Subnets spread evenly over the logarithm of their MACs: one at random from each stretch, so that MACs alone do not tell
 * which is better. They come from those that the search has evaluated, and from the space where it has evaluated none.
 * @param evaluated their range of MACs is what is spread over, if there are as many as wanted
 * @returns ascending in MACs; fewer than wanted in a space that has no more
 */
export function chooseSubnets<A>(
  space: SearchSpace<A>, evaluated: readonly A[], options: { wanted: number; classes: number; random: Random },
): ChosenSubnet<A>[] {
  const { wanted, classes, random } = options;
  const described = (arch: A): ChosenSubnet<A> => ({ key: space.key(arch), arch, macs: networkMacs(space.lower(arch, { classes })) });
  const known = [...new Map(evaluated.map((arch) => [space.key(arch), described(arch)])).values()];
  const spread = known.length >= wanted ? known : [described(space.smallest), described(space.largest)];
  const least = Math.min(...spread.map(({ macs }) => macs));
  const most = Math.max(...spread.map(({ macs }) => macs));
  const edge = (i: number) => least * (most / least) ** (i / wanted);
  const sampler = new MacsSampler(space, { classes });
  const chosen = new Map<string, ChosenSubnet<A>>();
  const fill = (draw: () => A | undefined) => {
    for (let tries = 0; tries < maxTries; tries++) {
      const arch = draw();
      if (arch === undefined) return;
      if (chosen.has(space.key(arch))) continue;
      chosen.set(space.key(arch), described(arch));
      return;
    }
  };
  for (let i = 0; i < wanted; i++) {
    // The last stretch takes in its end.
    const own = known.filter(({ macs }) => macs >= edge(i) && (macs < edge(i + 1) || i === wanted - 1));
    fill(() => own.length > 0 ? random.choice(own).arch : sampler.draw(edge(i), edge(i + 1), random));
  }
  for (let i = chosen.size; i < wanted; i++) fill(() => known.length >= wanted ? random.choice(known).arch : space.sample(random));
  return [...chosen.values()].sort((a, b) => a.macs - b.macs);
}
