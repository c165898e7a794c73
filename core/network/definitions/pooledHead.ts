import type { PooledHeadBlock } from '../blocks.ts';
import { batchNorm, batchNormParameters, type BlockDefinition, type ParameterDefinition } from '../definition.ts';
import { activate, activationVariant } from './activation.ts';

export const pooledHead: BlockDefinition<PooledHeadBlock> = {
  variant: (block) => (block.features === undefined ? 'one layer' : '') + activationVariant(block),
  inputDims: () => ['B', 'channels', 'H', 'W'],
  sizes: (block) => ({
    channels: block.input.channels, hidden: block.hiddenChannels, classes: block.classes, ...(block.features === undefined ? {} : { features: block.features }),
  }),
  parameters(block) {
    const hasFeatures = block.features !== undefined;
    const parameters: ParameterDefinition[] = [{ name: 'expand.weight', dims: ['hidden', 'channels', 1, 1], init: 'fanIn', decay: true }];
    if (hasFeatures) parameters.push({ name: 'expand.convBias', dims: ['hidden'], init: 'zeros' });
    parameters.push(...batchNormParameters('expand', 'hidden'));
    if (hasFeatures) {
      parameters.push({ name: 'features.weight', dims: ['hidden', 'features'], init: 'fanIn', decay: true }, { name: 'features.bias', dims: ['features'], init: 'zeros' });
    }
    parameters.push({ name: 'classifier.weight', dims: [hasFeatures ? 'features' : 'hidden', 'classes'], init: 'fanIn', decay: true },
      { name: 'classifier.bias', dims: ['classes'], init: 'zeros' });
    return parameters;
  },
  build(block, graph) {
    const linear = (x: string, name: string) => graph.plus(graph.add('MatMul', [x, `${name}.weight`]), `${name}.bias`);
    const hasFeatures = block.features !== undefined;
    const expanded = batchNorm(graph, graph.conv('x', 'expand.weight', hasFeatures ? { bias: 'expand.convBias' } : {}), 'expand');
    const pooled = graph.mean(activate(graph, expanded, block), [2, 3], false);
    return linear(hasFeatures ? activate(graph, linear(pooled, 'features'), block) : pooled, 'classifier');
  },
};
