import { symmetricEigenvalues } from '../base/symmetricEigenvalues.ts';
import { calibrateBatchNorm } from '../model/inference.ts';
import { Weights } from '../model/weights.ts';
import { networkMacs } from '../network/counts.ts';
import type { Network } from '../network/network.ts';
import { noiseBatch } from './defaultInputs.ts';
import { gradientMacs } from './gradients.ts';
import type { ProxyResult, ScoringContext } from './proxy.ts';
import { weightKeys } from './saliency.ts';
import { gradientKernel } from './sampleGradients.ts';

/**
 * TE-score as TF-TAS computes it: minus the condition number of the neural tangent kernel (Chen et al. 2021, section 3.1.1). Of
 * the original, linear regions are missing there, and so here.
 */
export function teScore(network: Network, context: ScoringContext): ProxyResult {
  const { engine } = context;
  const images = context.batchFor(network, noiseBatch);
  const { count } = images;
  const weights = withStatistics(context.weightsOf(network));
  if (weights.statistics.length > 0) calibrateBatchNorm(engine, weights, [images]);
  const kernel = gradientKernel(engine, network, weights, images);
  const { value, invalid } = conditionNumber(kernel, count);
  const gradientLength = weightKeys(network).reduce((sum, key) => sum + weights.placed(key).length, 0);
  const passes = count * (networkMacs(network) + gradientMacs(network));
  return { value: -value, macs: passes + count ** 2 * gradientLength, ...(invalid && { invalid }) };
}

/** The largest eigenvalue of a positive semidefinite matrix over the smallest, given its lower half. */
export function conditionNumber(matrix: Float64Array, n: number): Pick<ProxyResult, 'value' | 'invalid'> {
  const eigenvalues = symmetricEigenvalues(matrix, n);
  if (!eigenvalues) return { value: NaN, invalid: "the kernel's eigenvalues were not found" };
  // Its entries are sums of products in single precision.
  if (!(eigenvalues[0] > 2 ** -24 * eigenvalues[n - 1])) return { value: NaN, invalid: 'the kernel is singular to working precision' };
  return { value: eigenvalues[n - 1] / eigenvalues[0] };
}

/** The same weights with running statistics of their own. */
function withStatistics({ network, trainable, statistics }: Weights): Weights {
  return new Weights(network, trainable, statistics.slice());
}
