import type { ConvBlock } from '../blocks.ts';
import { batchNorm, batchNormParameters, type BlockDefinition } from '../definition.ts';
import { activate, activationVariant } from './activation.ts';

export const conv: BlockDefinition<ConvBlock> = {
  variant: (block) => `k${block.kernelSize} s${block.stride} odd${block.input.height % 2}${activationVariant(block)}`,
  inputDims: () => ['B', 'inputs', 'H', 'W'],
  sizes: (block) => ({ inputs: block.input.channels, outputs: block.output.channels }),
  parameters: (block) => [
    { name: 'conv.weight', dims: ['outputs', 'inputs', block.kernelSize, block.kernelSize], init: 'fanIn' },
    ...batchNormParameters('conv', 'outputs'),
  ],
  build(block, graph) {
    const y = graph.conv('x', 'conv.weight', { stride: block.stride, oddSize: block.input.height % 2 === 1 });
    return activate(graph, batchNorm(graph, y, 'conv'), block);
  },
};
