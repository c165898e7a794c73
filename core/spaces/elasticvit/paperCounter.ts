import type { Block, FeatureShape } from '../../network/blocks.ts';
import type { Network } from '../../network/network.ts';

const positions = (shape: FeatureShape) => shape.height * shape.width;

/**
 * Multiply-accumulates as the ElasticViT release counts them (elasticvit.md 1.4), for comparison with published numbers.
 * It differs from `blockMacs`: the depthwise convolution on V counts one product per value instead of nine, squeeze and
 * shortcut of transitions are left out, shortcuts count when the stride is 2, softmax counts one per logit, and the input
 * of a stride-2 block counts as twice its output's size even where the true size is odd.
 */
function paperBlockMacs(block: Block): number {
  const { input, output } = block;
  const [cin, cout, cells] = [input.channels, output.channels, positions(output)];
  switch (block.type) {
    case 'conv':
      return block.kernelSize ** 2 * cin * cout * cells;
    case 'mbconv': {
      const hidden = block.hiddenChannels;
      const expand = block.expandRatio === 1 ? 0 : cin * hidden * cells * block.stride ** 2;
      const main = expand + hidden * block.kernelSize ** 2 * cells + hidden * cout * cells;
      if (block.role === 'transition') return main;
      return main + 2 * hidden * block.squeezeChannels + (block.stride === 2 ? cin * cout * cells : 0);
    }
    case 'attention': {
      const queries = block.numHeads * block.headDim;
      const values = queries * block.valueRatio;
      const maps = cells ** 2 * (queries + block.numHeads + values);
      return maps + cells * cin * (2 * queries + values) + cells * values * cout + cells * values;
    }
    case 'ffn':
      return 2 * cells * cin * block.hiddenChannels;
    case 'pooledHead':
      return positions(input) * cin * block.hiddenChannels + (block.features ?? 0) * (block.hiddenChannels + block.classes);
    default:
      throw new RangeError(`ElasticViT has no "${block.type}" blocks, so its release does not say how to count them.`);
  }
}

/** Multiply-accumulates of one image, counted as in the ElasticViT release. */
export function paperMacs(network: Network): number {
  return network.blocks.reduce((sum, block) => sum + paperBlockMacs(block), 0);
}
