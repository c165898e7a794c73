import type { Weights } from '../../model/weights.ts';
import { asFeatures } from '../../network/asFeatures.ts';
import { blockParameters } from '../../network/blockGraph.ts';
import type { Block } from '../../network/blocks.ts';
import type { Network } from '../../network/network.ts';
import { asVitWeights } from '../asVitWeights.ts';
import { conditionNumber } from '../conditionNumber.ts';
import { ntkBatch } from '../defaultInputs.ts';
import type { Proxy, ProxyResult, ScoringBatch, ScoringContext } from '../proxy.ts';
import { summarisedRepeats } from '../repeats.ts';
import { gradientKernel, gradientKernelMacs } from '../sampleGradients.ts';
import { literalKernel, literalKernelMacs } from './literalKernel.ts';

/** Networks with fresh weights whose condition numbers are averaged. */
const networks = 5;

/** How the kernel of the images' gradients is found. */
interface KernelForm {
  readonly kernel: (context: ScoringContext, network: Network, weights: Weights, images: ScoringBatch) => Float64Array;
  readonly macs: (network: Network, images: number) => number;
}

const fast: KernelForm = {
  kernel: ({ engine }, network, weights, images) => gradientKernel(engine, network, weights, images, weightNames),
  macs: (network, images) => gradientKernelMacs(network, images, weightNames),
};

const literal: KernelForm = {
  kernel: ({ engine }, network, weights, images) => literalKernel(engine, network, weights, images, weightNames),
  macs: (network, images) => literalKernelMacs(network, images, weightNames),
};

/**
 * As-ViT's measure of how well a network trains (Chen et al. 2022, section 3.2; asvit.md 4): the condition number of the
 * neural tangent kernel of the features' sum before the last norm, with norms in place, by all weights but no biases.
 */
const conditionOf = ({ kernel, macs }: KernelForm): Proxy['score'] => (network, context) => {
  const features = asFeatures(network);
  if (!features) {
    return { value: NaN, macs: 0, invalid: "its classifier reads a map, not tokens, so that it has no features as As-ViT takes them; te-score takes the logits' kernel" };
  }
  const images = context.batchFor(network, ntkBatch);
  const found = Array.from({ length: networks }, (_, i): Pick<ProxyResult, 'value' | 'invalid'> => {
    const weights = asVitWeights(features, { stem: context.random.fork('stem'), others: context.random.fork(`kernel weights ${i}`) });
    return conditionNumber(kernel(context, features, weights, images), images.count);
  });
  return {
    ...summarisedRepeats(found.map(({ value }) => value), found.find(({ invalid }) => invalid)?.invalid ?? 'the kernel has no condition number'),
    macs: networks * macs(features, images.count),
  };
};

export const ntk = conditionOf(fast);
export const ntkLiteral = conditionOf(literal);

/** In the release, all parameters whose names say weight: of linear layers, convolutions and norms. */
function weightNames(block: Block): string[] {
  return blockParameters(block).filter(({ name, trainable }) => trainable !== false && /\.(weight|scale)$/.test(name)).map(({ name }) => name);
}
