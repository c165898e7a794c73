import { calibrateBatchNorm } from '../model/inference.ts';
import { Weights } from '../model/weights.ts';
import type { Network } from '../network/network.ts';
import { conditionNumber } from './conditionNumber.ts';
import { noiseBatch } from './defaultInputs.ts';
import type { ProxyResult, ScoringContext } from './proxy.ts';
import { gradientKernel, gradientKernelMacs } from './sampleGradients.ts';

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
  return { value: -value, macs: gradientKernelMacs(network, count), ...(invalid && { invalid }) };
}

/** The same weights with running statistics of their own. */
function withStatistics({ network, trainable, statistics }: Weights): Weights {
  return new Weights(network, trainable, statistics.slice());
}
