import { blockLayers } from '../network/layers.ts';
import type { Network } from '../network/network.ts';
import type { ProxyResult, ScoringContext } from './proxy.ts';
import { weightNorm } from './weightNorms.ts';

/**
 * The sum of ||W||_* over all linear layers and convolutions, these as matrices [outputs, inputs x kernel], without depthwise
 * ones. It knows nothing of data or gradients: what the DSS-indicator's weights alone are worth.
 */
export function nuclearNormSum(network: Network, context: ScoringContext): ProxyResult {
  const weights = context.weightsOf(network);
  let [value, macs] = [0, 0];
  for (const block of network.blocks) {
    for (const layer of blockLayers(block).filter(({ isDepthwise }) => !isDepthwise)) {
      const found = weightNorm(context, `${block.name}.${layer.name}`, layer, (parameter) => weights.view(`${block.name}.${parameter}`));
      value += found.norm;
      macs += found.macs;
    }
  }
  return { value, macs };
}
