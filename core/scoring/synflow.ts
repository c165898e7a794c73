import type { Network } from '../network/network.ts';
import { oneImageOfOnes } from './defaultInputs.ts';
import { networkGradients } from './gradients.ts';
import type { ProxyResult, ScoringContext } from './proxy.ts';
import { weightSaliency } from './saliency.ts';

/**
 * SynFlow (Tanaka et al. 2020, equation 3) as a score of networks: with all parameters replaced by their absolute values and an
 * image of ones, the sum of |dR/dw w|, R the sum of the logits. Norms stay, so that synaptic flow is not conserved.
 */
export function synflow(network: Network, context: ScoringContext): ProxyResult {
  const gradients = networkGradients(context, network, {
    weights: context.weightsOf(network), images: context.batchFor(network, oneImageOfOnes), mode: 'inference',
    change: (_, values) => values.forEach((value, i) => { values[i] = Math.abs(value); }),
    gradientOf: (logits) => new Float32Array(logits.length).fill(1),
  });
  return { value: weightSaliency(network, gradients), macs: gradients.macs };
}
