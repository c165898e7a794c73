import { InputError } from '../../../base/errors.ts';
import type { Random } from '../../../base/random.ts';
import { networkMacs } from '../../../network/counts.ts';
import type { Network } from '../../../network/network.ts';
import { MacsSampler } from '../../../spaces/macsSampler.ts';
import type { SearchSpace } from '../../../spaces/space.ts';

/** Of a space whose MACs run from 37 M to 3,191 M, at what part of that range on a log scale the paper's seven sizes lie. */
const publishedSizes = [50e6, 100e6, 200e6, 300e6, 600e6, 900e6, 1500e6];
const [publishedLeast, publishedMost] = [37e6, 3191e6];

/** Seven sizes in MACs, ascending, spaced over a space as the paper's are over its own (elasticvit.md section 6). */
export function conflictSizes<A>(space: SearchSpace<A>, classes?: number): number[] {
  const [least, most] = endsOf(space, classes);
  return publishedSizes.map((size) => {
    const place = Math.log(size / publishedLeast) / Math.log(publishedMost / publishedLeast);
    return Math.round(least * (most / least) ** place);
  });
}

/** A subnet counts as one of a size when its MACs are as near as this share of it, or as the next such share up to half. */
const nearness = [0.03, 0.06, 0.12, 0.25, 0.5];
/** Draws until a second subnet is given up that differs from the first. */
const maxTries = 50;

/**
 * Draws pairs of different subnets of given sizes.
 * @param sizes in MACs
 * @param options.classes of the networks
 * @returns for each size, as many pairs as wanted
 * @throws InputError `no-such-size` when the space has no two architectures near a size
 */
export function subnetPairs<A>(
  space: SearchSpace<A>, sizes: readonly number[], options: { pairs: number; classes: number; random: Random },
): (readonly [Network, Network])[][] {
  const { pairs, classes, random } = options;
  const sampler = new MacsSampler(space, { classes, maxMacs: (1 + nearness[nearness.length - 1]) * Math.max(...sizes) });
  return sizes.map((size) => Array.from({ length: pairs }, () => {
    for (const share of nearness) {
      const draw = () => sampler.draw((1 - share) * size, (1 + share) * size, random);
      const pair = differentPair(space, draw);
      if (pair) return [space.lower(pair[0], { classes }), space.lower(pair[1], { classes })] as const;
    }
    const [least, most] = endsOf(space, classes);
    throw new InputError('no-such-size', `No two architectures of ${space.id} have about ${size} MACs; sizes go from ${least} to ${most}.`);
  }));
}

/** Undefined when there are no two. */
export function differentPair<A>(space: SearchSpace<A>, draw: () => A | undefined): [A, A] | undefined {
  const first = draw();
  if (first === undefined) return undefined;
  for (let i = 0; i < maxTries; i++) {
    const second = draw();
    if (second !== undefined && space.key(second) !== space.key(first)) return [first, second];
  }
  return undefined;
}

const endsOf = <A>(space: SearchSpace<A>, classes?: number) =>
  [space.smallest, space.largest].map((arch) => networkMacs(space.lower(arch, { classes })));
