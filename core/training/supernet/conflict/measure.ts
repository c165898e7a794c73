import { networkMacs } from '../../../network/counts.ts';
import type { Network } from '../../../network/network.ts';
import type { MicroBatch } from '../microBatches.ts';
import { gradientCosines } from './cosines.ts';
import type { SubnetGradients } from './subnetGradients.ts';

export type SubnetPair = readonly [Network, Network];

/** How well the gradients of subnets of different sizes agree on the weights that they share (elasticvit.md section 6). */
export interface GradientConflict {
  /** Mean MACs of each size's subnets. */
  readonly macs: readonly number[];
  /** Symmetric, [sizes][sizes]; on the diagonal that of two different subnets of the size. NaN where it is not defined. */
  readonly cosine: readonly (readonly number[])[];
  /** Of the mean over the pairs; only where there were several. */
  readonly standardError?: readonly (readonly number[])[];
}

/**
 * @param pairs [sizes][repetitions], each repetition a pair of subnets of every size
 * @param batches one for each repetition, the same for all its subnets
 */
export function measureConflict(
  gradients: SubnetGradients, pairs: readonly (readonly SubnetPair[])[], batches: readonly MicroBatch[],
): GradientConflict {
  const repetitions = batches.map((batch, i) => {
    const cosines = gradientCosines(pairs.flatMap((own) => own[i].map((network) => gradients.of(network, batch))), gradients.sample.places);
    // Any of one size's two subnets with any of another's; of one size, the first with the second.
    return (a: number, b: number) => {
      const [first, second] = [cosines[2 * a], cosines[2 * a + 1]];
      return a === b ? first[2 * a + 1] : mean([first[2 * b], first[2 * b + 1], second[2 * b], second[2 * b + 1]]);
    };
  });
  const over = (statistic: (values: readonly number[]) => number) =>
    pairs.map((_, a) => pairs.map((_, b) => statistic(repetitions.map((cosine) => cosine(Math.min(a, b), Math.max(a, b))))));
  return {
    macs: pairs.map((own) => Math.round(mean(own.flat().map(networkMacs)))), cosine: over(mean),
    ...(batches.length > 1 ? { standardError: over(standardErrorOf) } : {}),
  };
}

/** Mean cosine of pairs of subnets, the i-th pair on the i-th batch; NaN for none. */
export function meanPairCosine(gradients: SubnetGradients, pairs: readonly SubnetPair[], batches: readonly MicroBatch[]): number {
  return mean(pairs.map((pair, i) =>
    gradientCosines(pair.map((network) => gradients.of(network, batches[i])), gradients.sample.places)[0][1]));
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

function standardErrorOf(values: readonly number[]): number {
  const middle = mean(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / (values.length - 1) / values.length);
}
