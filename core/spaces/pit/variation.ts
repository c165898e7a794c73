import type { Random } from '../../base/random.ts';
import type { MutationRates } from '../space.ts';
import { composeArchitecture } from './architecture.ts';
import type { PitArchitecture } from './architecture.ts';
import type { PitChoices } from './choices.ts';
import { legalHeads, mutateHeads } from './heads.ts';

/** Every choice at its least. */
export function smallestArchitecture({ baseDim, mlpRatio, depths, numHeads }: PitChoices): PitArchitecture {
  return composeArchitecture(baseDim[0], mlpRatio[0], depths.map(([least]) => least), depths.map(() => numHeads[0]));
}

/** Every choice at its greatest: the supernet. Its widths are equal, so they divide each other. */
export function largestArchitecture({ baseDim, mlpRatio, depths, numHeads }: PitChoices): PitArchitecture {
  const greatest = (values: readonly number[]) => values[values.length - 1];
  return composeArchitecture(greatest(baseDim), greatest(mlpRatio), depths.map(greatest), depths.map(() => greatest(numHeads)));
}

/** Number of architectures whose widths divide each other (tftas.md 4.1: 4,320 of the published grid of 11,664). */
export function countArchitectures(choices: PitChoices): bigint {
  const { baseDim, mlpRatio, depths } = choices;
  return [baseDim, mlpRatio, ...depths, legalHeads(choices)].reduce((product, values) => product * BigInt(values.length), 1n);
}

/** Every legal architecture is equally likely, as after TF-TAS's draws from the grid without those that are illegal. */
export function sampleArchitecture(choices: PitChoices, random: Random): PitArchitecture {
  const { baseDim, mlpRatio, depths } = choices;
  return composeArchitecture(
    random.choice(baseDim), random.choice(mlpRatio), depths.map((values) => random.choice(values)), random.choice(legalHeads(choices)),
  );
}

/**
 * One coin decides whether all depths are redrawn, one coin each whether any other choice is; a redraw is uniform or takes
 * the minimum. Nobody has published an evolution on this space, so it changes as ElasticViT's does (elasticvit.md 7.1).
 */
export function mutateArchitecture(choices: PitChoices, arch: PitArchitecture, random: Random, rates: MutationRates): PitArchitecture {
  const redraw = (values: readonly number[]) => random.chance(rates.uniform) ? random.choice(values) : values[0];
  const changed = (values: readonly number[], own: number) => random.chance(rates.choice) ? redraw(values) : own;
  const baseDim = changed(choices.baseDim, arch.baseDim);
  const mlpRatio = changed(choices.mlpRatio, arch.mlpRatio);
  const depths = random.chance(rates.depth) ? choices.depths.map(redraw) : arch.depths;
  return composeArchitecture(baseDim, mlpRatio, depths, mutateHeads(choices, arch.numHeads, random, redraw, rates.choice));
}

/** Every choice comes from either parent; heads as a whole, so that the widths stay legal. */
export function crossArchitectures(first: PitArchitecture, second: PitArchitecture, random: Random): PitArchitecture {
  const either = () => random.chance(0.5) ? first : second;
  return composeArchitecture(either().baseDim, either().mlpRatio, first.depths.map((_, stage) => either().depths[stage]), either().numHeads);
}
