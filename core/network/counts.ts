import { tokensOf, type Block, type FeatureShape } from './blocks.ts';
import type { Network } from './network.ts';

const positions = (shape: FeatureShape) => shape.height * shape.width;

/**
 * Multiply-accumulates of one block for one image: every convolution, linear layer and attention product, padded
 * positions included; norms, activations, biases, pooling and relative positions are not counted.
 */
export function blockMacs(block: Block): number {
  const { input, output } = block;
  switch (block.type) {
    case 'conv':
      return block.kernelSize ** 2 * input.channels * output.channels * positions(output);
    case 'mbconv': {
      const expand = block.expandRatio === 1 ? 0 : input.channels * block.hiddenChannels * positions(input);
      const depthwise = block.hiddenChannels * block.kernelSize ** 2 * positions(output);
      const squeeze = 2 * block.hiddenChannels * block.squeezeChannels;
      const project = block.hiddenChannels * output.channels * positions(output);
      const shortcut = block.shortcut === 'identity' || input.channels === output.channels ? 0 : input.channels * output.channels * positions(output);
      return expand + depthwise + squeeze + project + shortcut;
    }
    case 'attention': {
      const tokens = positions(input);
      const queries = block.numHeads * block.headDim;
      const values = queries * block.valueRatio;
      const projections = tokens * input.channels * (2 * queries + values) + tokens * values * output.channels;
      const products = tokens ** 2 * (queries + values);
      return projections + products + 9 * tokens * values;
    }
    case 'ffn':
      return 2 * positions(input) * input.channels * block.hiddenChannels;
    case 'pooledHead':
      return positions(input) * input.channels * block.hiddenChannels
        + (block.features === undefined ? block.hiddenChannels * block.classes : block.features * (block.hiddenChannels + block.classes));
    case 'patchEmbed':
      return positions(output) * input.channels * block.patchSize ** 2 * output.channels;
    case 'overlappingPatchEmbed':
      return positions(output) * (input.channels * block.kernelSize ** 2 + (block.countsBias ? 1 : 0)) * output.channels;
    case 'depthwisePool':
      return positions(output) * block.kernelSize ** 2 * output.channels + (input.extraTokens ?? 0) * input.channels * output.channels;
    case 'encoderAttention':
    case 'relativeAttention': {
      const inner = block.numHeads * block.headDim;
      const windows = block.type === 'encoderAttention' ? (block.splits ?? 1) ** 2 : 1;
      return 4 * tokensOf(input) * input.channels * inner + 2 * tokensOf(input) ** 2 / windows * inner;
    }
    case 'encoderMlp':
      return 2 * tokensOf(input) * input.channels * block.hiddenChannels;
    case 'patchMerging':
      return positions(output) * block.kernelSize ** 2 * input.channels * output.channels;
    case 'tokenHead':
      return block.features === undefined ? input.channels * block.classes : (input.channels + block.classes) * block.features;
    case 'tokenPool':
      return 0;
  }
}

/** Multiply-accumulates of one forward pass of one image. */
export function networkMacs(network: Network): number {
  return network.blocks.reduce((sum, block) => sum + blockMacs(block), 0);
}
