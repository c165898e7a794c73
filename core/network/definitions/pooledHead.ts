import type { PooledHeadBlock } from '../blocks.ts';
import { batchNorm, batchNormParameters, type BlockDefinition } from '../definition.ts';

export const pooledHead: BlockDefinition<PooledHeadBlock> = {
  variant: () => '',
  inputDims: () => ['B', 'channels', 'H', 'W'],
  sizes: (block) => ({
    channels: block.input.channels, hidden: block.hiddenChannels, features: block.features, classes: block.classes,
  }),
  parameters: () => [
    { name: 'expand.weight', dims: ['hidden', 'channels', 1, 1], init: 'fanIn', decay: true },
    { name: 'expand.convBias', dims: ['hidden'], init: 'zeros' },
    ...batchNormParameters('expand', 'hidden'),
    { name: 'features.weight', dims: ['hidden', 'features'], init: 'fanIn', decay: true },
    { name: 'features.bias', dims: ['features'], init: 'zeros' },
    { name: 'classifier.weight', dims: ['features', 'classes'], init: 'fanIn', decay: true },
    { name: 'classifier.bias', dims: ['classes'], init: 'zeros' },
  ],
  build(_block, graph) {
    const expanded = batchNorm(graph, graph.conv('x', 'expand.weight', { bias: 'expand.convBias' }), 'expand');
    const pooled = graph.mean(graph.add('HardSwish', [expanded]), [2, 3], false);
    const features = graph.plus(graph.add('MatMul', [pooled, 'features.weight']), 'features.bias');
    return graph.plus(graph.add('MatMul', [graph.add('HardSwish', [features]), 'classifier.weight']), 'classifier.bias');
  },
};
