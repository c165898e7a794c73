import type { Network } from '../network/network.ts';
import { crossEntropy, smoothedLabels } from '../training/loss.ts';
import { noiseBatch } from './defaultInputs.ts';
import { networkGradients, type NetworkGradients } from './gradients.ts';
import { keptForLastNetwork } from './keptForLastNetwork.ts';
import type { ProxyResult, ScoringContext } from './proxy.ts';
import { weightKeys, weightSaliency } from './saliency.ts';

/** Gradients of the mean cross-entropy over a labelled batch, as the network trains. */
export function lossGradients(network: Network, context: ScoringContext): NetworkGradients {
  const batch = context.batchFor(network, noiseBatch);
  const { classes } = network;
  return networkGradients(context, network, {
    weights: context.weightsOf(network), images: batch, mode: 'training',
    gradientOf(logits, first) {
      const count = logits.length / classes;
      const { gradient } = crossEntropy(logits, smoothedLabels(batch.labels.subarray(first, first + count), classes, 0), classes);
      return gradient.map((value) => value * count / batch.count);
    },
  });
}

const sums = keptForLastNetwork((network, context) => {
  const gradients = lossGradients(network, context);
  const norms = weightKeys(network).map((key) => Math.sqrt(gradients.gradient(key).reduce((sum, value) => sum + value * value, 0)));
  return { snip: weightSaliency(network, gradients), gradNorm: norms.reduce((sum, norm) => sum + norm, 0), macs: gradients.macs };
});

/** SNIP (Lee et al. 2019, equation 6, before it is normalised): the sum of |dL/dw w|, which is that of |dL/dc| for masks c of ones. */
export function snip(network: Network, context: ScoringContext): ProxyResult {
  const { snip: value, macs } = sums(network, context);
  return { value, macs };
}

/** Gradient norm as Abdelfattah et al. 2021 have it: the sum over layers of the Euclidean norm of dL/dW. */
export function gradNorm(network: Network, context: ScoringContext): ProxyResult {
  const { gradNorm: value, macs } = sums(network, context);
  return { value, macs };
}
