import type { EncoderMlpBlock } from '../blocks.ts';
import type { BlockDefinition } from '../definition.ts';
import { normParametersOf, normVariant, tokenNorm } from './layerNorm.ts';

export const encoderMlp: BlockDefinition<EncoderMlpBlock> = {
  variant: (block) => normVariant(block),
  inputDims: () => ['B', 'N', 'channels'],
  sizes: (block) => ({ channels: block.input.channels, hidden: block.hiddenChannels }),
  parameters: (block) => [
    ...normParametersOf(block),
    { name: 'expand.weight', dims: ['channels', 'hidden'], init: 'smallNormal', decay: true },
    { name: 'expand.bias', dims: ['hidden'], init: 'zeros' },
    { name: 'project.weight', dims: ['hidden', 'channels'], init: 'smallNormal', decay: true },
    { name: 'project.bias', dims: ['channels'], init: 'zeros' },
  ],
  residual: () => ['project.weight', 'project.bias'],
  build(block, graph) {
    const normalised = tokenNorm(graph, 'x', block);
    const hidden = graph.add('Gelu', [graph.plus(graph.add('MatMul', [normalised, 'expand.weight']), 'expand.bias')]);
    return graph.plus('x', graph.plus(graph.add('MatMul', [hidden, 'project.weight']), 'project.bias'));
  },
};
