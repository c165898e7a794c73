import { blockLayers, type Layer } from '../../network/layers.ts';
import type { Network } from '../../network/network.ts';
import { oneImageOfOnes } from '../defaultInputs.ts';
import { networkGradients } from '../gradients.ts';
import { keptForLastNetwork } from '../keptForLastNetwork.ts';
import { layerMatrix } from '../layerMatrix.ts';
import { nuclearNorm, nuclearNormMacs } from '../nuclearNorm.ts';
import type { ProxyResult, ScoringContext } from '../proxy.ts';
import { sumProducts } from '../saliency.ts';
import { weightNorm } from '../weightNorms.ts';

/** How the DSS-indicator is read. */
interface Reading {
  readonly name: string;
  /** Whether a parameter is replaced by its absolute values, by its name in the block. */
  readonly isAbsolute: (parameter: string) => boolean;
  /** Whether a linear layer of attention or of an MLP adds its term. */
  readonly counts: (layer: Layer) => boolean;
}

/** The paper's: all weights absolute, as in 1' (prod |W|) 1, and all linear layers. */
const published: Reading = { name: 'published', isAbsolute: () => true, counts: () => true };

/**
 * What the release computes (tftas.md 1.3): the absolute values never reach the slices that a subnet's layers took before, only
 * the class token and the positions. Queries, keys and values are sliced without gradient and add nothing.
 */
const released: Reading = {
  name: 'released',
  isAbsolute: (parameter) => parameter === 'classToken' || parameter === 'position',
  counts: ({ name }) => name !== 'qkv',
};

/** The two sums of the DSS-indicator. */
interface Dss {
  /** Synaptic diversity: over attention's linear layers, ||dL/dW||_* ||W||_*. */
  readonly msa: number;
  /** Synaptic saliency: over the MLPs' linear layers, the sum of |dL/dW W| element by element. */
  readonly mlp: number;
  readonly macs: number;
}

/**
 * Zhou et al. 2022, equations 3 to 6, literally: one image of ones forward and backward through the whole network, L the sum of
 * its logits, and the singular values of every weight and gradient in double precision. Saliency is summed as absolute values,
 * as in the release: with norms in the network, gradients have either sign even where all weights are positive.
 */
function dss(network: Network, context: ScoringContext, { isAbsolute, counts, name }: Reading): Dss {
  const weights = context.weightsOf(network);
  const gradients = networkGradients(context, network, {
    weights, images: context.batchFor(network, oneImageOfOnes), mode: 'inference',
    change: (parameter, values) => {
      if (isAbsolute(parameter.name)) values.forEach((value, i) => { values[i] = Math.abs(value); });
    },
    gradientOf: (logits) => new Float32Array(logits.length).fill(1),
  });
  let [msa, mlp, { macs }] = [0, 0, gradients];
  for (const block of network.blocks) {
    for (const layer of blockLayers(block).filter((candidate) => candidate.isLinear && counts(candidate))) {
      const key = (parameter: string) => `${block.name}.${parameter}`;
      if (layer.role === 'mlp') {
        for (const { name: weight } of layer.weights) mlp += sumProducts(gradients.gradient(key(weight)), gradients.weight(key(weight)));
      } else if (layer.role === 'attention') {
        const gradient = layerMatrix(layer, (parameter) => gradients.gradient(key(parameter)));
        const weight = weightNorm(context, `${name} ${key(layer.name)}`, layer, (parameter) => gradients.weight(key(parameter)));
        msa += nuclearNorm(gradient) * weight.norm;
        macs += nuclearNormMacs(gradient) + weight.macs;
      }
    }
  }
  return { msa, mlp, macs };
}

/** The halves and their sum are read off one pass. */
const lastPublished = keptForLastNetwork((network, context) => dss(network, context, published));
const lastReleased = keptForLastNetwork((network, context) => dss(network, context, released));

const whole = ({ msa, mlp, macs }: Dss): ProxyResult => ({ value: msa + mlp, macs, parts: { msa, mlp } });

export const dssLiteral = (network: Network, context: ScoringContext) => whole(lastPublished(network, context));
export const dssReleasedLiteral = (network: Network, context: ScoringContext) => whole(lastReleased(network, context));

/** Only synaptic diversity or saliency of the published form. */
export function dssLiteralHalf(network: Network, context: ScoringContext, half: 'msa' | 'mlp'): ProxyResult {
  const terms = lastPublished(network, context);
  return { value: terms[half], macs: terms.macs };
}
