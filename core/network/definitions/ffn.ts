import type { FfnBlock } from '../blocks.ts';
import type { BlockDefinition } from '../definition.ts';
import { layerNorm, normParametersOf } from './layerNorm.ts';

export const ffn: BlockDefinition<FfnBlock> = {
  variant: (block) => `norm:${block.withoutNorm ? 'none' : block.normAxes}`,
  inputDims: () => ['B', 'channels', 'H', 'W'],
  sizes: (block) => ({ channels: block.input.channels, hidden: block.hiddenChannels }),
  parameters: (block) => [
    ...normParametersOf(block),
    { name: 'expand.weight', dims: ['hidden', 'channels', 1, 1], init: 'fanIn', decay: true },
    { name: 'expand.bias', dims: ['hidden'], init: 'zeros' },
    { name: 'project.weight', dims: ['channels', 'hidden', 1, 1], init: 'fanIn', decay: true },
    { name: 'project.bias', dims: ['channels'], init: 'zeros' },
  ],
  residual: () => ['project.weight', 'project.bias'],
  build(block, graph) {
    const normalised = block.withoutNorm ? 'x' : layerNorm(graph, 'x', block.normAxes);
    const hidden = graph.add('HardSwish', [graph.conv(normalised, 'expand.weight', { bias: 'expand.bias' })]);
    return graph.plus('x', graph.conv(hidden, 'project.weight', { bias: 'project.bias' }));
  },
};
