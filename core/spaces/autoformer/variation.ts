import type { Random } from '../../base/random.ts';
import type { MutationRates } from '../space.ts';
import { composeArchitecture } from './architecture.ts';
import type { AutoFormerArchitecture } from './architecture.ts';
import type { AutoFormerChoices } from './choices.ts';

const list = <T>(depth: number, entry: (layer: number) => T): T[] => Array.from({ length: depth }, (_, layer) => entry(layer));

function uniform({ headDim }: AutoFormerChoices, embedDim: number, depth: number, mlpRatio: number, numHeads: number): AutoFormerArchitecture {
  return composeArchitecture(headDim, { embedDim, mlpRatios: list(depth, () => mlpRatio), numHeads: list(depth, () => numHeads) });
}

/** Every choice at its least. */
export function smallestArchitecture(choices: AutoFormerChoices): AutoFormerArchitecture {
  const [embedDim, depth, mlpRatio, numHeads] = [choices.embedDim, choices.depth, choices.mlpRatio, choices.numHeads].map(([least]) => least);
  return uniform(choices, embedDim, depth, mlpRatio, numHeads);
}

/** Every choice at its greatest: the supernet. */
export function largestArchitecture(choices: AutoFormerChoices): AutoFormerArchitecture {
  const [embedDim, depth, mlpRatio, numHeads] = [choices.embedDim, choices.depth, choices.mlpRatio, choices.numHeads].map((values) => values[values.length - 1]);
  return uniform(choices, embedDim, depth, mlpRatio, numHeads);
}

/** Widths times, for each depth, all choices of so many layers. */
export function countArchitectures({ embedDim, depth, mlpRatio, numHeads }: AutoFormerChoices): bigint {
  const ofLayer = BigInt(mlpRatio.length * numHeads.length);
  return BigInt(embedDim.length) * depth.reduce((sum, layers) => sum + ofLayer ** BigInt(layers), 0n);
}

/**
 * Width, depth and each layer's choices are drawn uniformly (tftas.md 1.6), so a shallow network is as likely as a deep one,
 * although fewer are shallow.
 */
export function sampleArchitecture(choices: AutoFormerChoices, random: Random): AutoFormerArchitecture {
  const depth = random.choice(choices.depth);
  const mlpRatios = list(depth, () => random.choice(choices.mlpRatio));
  const numHeads = list(depth, () => random.choice(choices.numHeads));
  return composeArchitecture(choices.headDim, { embedDim: random.choice(choices.embedDim), mlpRatios, numHeads });
}

/** The choice nearest to a value: parents may lie outside the space, children never do. */
const nearest = (values: readonly number[], value: number): number =>
  values.reduce((best, choice) => Math.abs(choice - value) < Math.abs(best - value) ? choice : best);

/**
 * AutoFormer's mutation (tftas.md 7): depth and width change with probability `rates.depth` each (`s_prob`, 0.4 as
 * released), MLP ratio and heads of each layer with `rates.choice` each (`m_prob`, 0.2). A change is a uniform draw with
 * probability `rates.uniform` (1 as released), otherwise the minimum. New layers are drawn uniformly, superfluous ones cut off.
 */
export function mutateArchitecture(
  choices: AutoFormerChoices, arch: AutoFormerArchitecture, random: Random, rates: MutationRates,
): AutoFormerArchitecture {
  const redraw = (values: readonly number[]) => random.chance(rates.uniform) ? random.choice(values) : values[0];
  const changed = (rate: number, value: number, values: readonly number[]) => random.chance(rate) ? redraw(values) : nearest(values, value);
  const depth = changed(rates.depth, arch.depth, choices.depth);
  const layers = (genes: readonly number[], values: readonly number[]) =>
    list(depth, (layer) => layer < genes.length ? changed(rates.choice, genes[layer], values) : random.choice(values));
  const mlpRatios = layers(arch.mlpRatios, choices.mlpRatio);
  const numHeads = layers(arch.numHeads, choices.numHeads);
  return composeArchitecture(choices.headDim, { embedDim: changed(rates.depth, arch.embedDim, choices.embedDim), mlpRatios, numHeads });
}

/**
 * Every gene comes from either parent, as released. Parents there have the same depth; here the depth is a gene too, and
 * layers that one parent does not have come from the other.
 */
export function crossArchitectures(
  choices: AutoFormerChoices, first: AutoFormerArchitecture, second: AutoFormerArchitecture, random: Random,
): AutoFormerArchitecture {
  const either = <T>(a: T, b: T) => random.chance(0.5) ? a : b;
  const depth = nearest(choices.depth, either(first.depth, second.depth));
  const layers = (values: readonly number[], a: readonly number[], b: readonly number[]) =>
    list(depth, (layer) => nearest(values, either(a[layer] ?? b[layer], b[layer] ?? a[layer]) ?? values[0]));
  return composeArchitecture(choices.headDim, {
    mlpRatios: layers(choices.mlpRatio, first.mlpRatios, second.mlpRatios), numHeads: layers(choices.numHeads, first.numHeads, second.numHeads),
    embedDim: nearest(choices.embedDim, either(first.embedDim, second.embedDim)),
  });
}
