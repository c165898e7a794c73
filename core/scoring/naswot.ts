import * as tf from '@tensorflow/tfjs';
import { symmetricEigenvalues } from '../base/symmetricEigenvalues.ts';
import { networkMacs } from '../network/counts.ts';
import type { Network } from '../network/network.ts';
import { activationCodes, hammingDistance } from './activationCodes.ts';
import { noiseBatch } from './defaultInputs.ts';
import type { ProxyResult, ScoringContext } from './proxy.ts';

/**
 * NASWOT (Mellor et al. 2021, section 3): log |det K|, where K counts for every two images the activations on whose same side
 * they are. A side is the sign of the activation's input, as TF-TAS reads it for GELU.
 */
export function naswot(network: Network, context: ScoringContext): ProxyResult {
  const batch = context.batchFor(network, noiseBatch);
  const weights = context.weightsOf(network);
  const { units, ...codes } = activationCodes(context, network, (key) => tf.tensor(weights.view(key), [...weights.placed(key).shape]), batch);
  const kernel = new Float64Array(batch.count ** 2);
  for (let a = 0; a < batch.count; a++) {
    for (let b = 0; b <= a; b++) kernel[a * batch.count + b] = units - hammingDistance({ units, ...codes }, a, b);
  }
  return { ...logDeterminant(kernel, batch.count), macs: batch.count * networkMacs(network) };
}

/** log |det| of a positive semidefinite matrix, whose lower half is given. */
export function logDeterminant(matrix: Float64Array, n: number): Pick<ProxyResult, 'value' | 'invalid'> {
  const eigenvalues = symmetricEigenvalues(matrix, n);
  if (!eigenvalues) return { value: NaN, invalid: "the kernel's eigenvalues were not found" };
  const rounding = n * Number.EPSILON * eigenvalues[n - 1];
  if (!(eigenvalues[0] > rounding)) return { value: NaN, invalid: 'the kernel is singular: some images cannot be told apart' };
  return { value: eigenvalues.reduce((sum, value) => sum + Math.log(value), 0) };
}
