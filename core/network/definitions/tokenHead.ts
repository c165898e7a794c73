import type { TokenHeadBlock } from '../blocks.ts';
import type { BlockDefinition, ParameterDefinition } from '../definition.ts';
import { layerNormParameters, tokenNorm } from './layerNorm.ts';
import { extraTokens, pooledTokens } from './tokenPool.ts';

export const tokenHead: BlockDefinition<TokenHeadBlock> = {
  variant: (block) => [
    block.pool, `extra:${extraTokens(block)}`, `norm:${block.norm ? block.normEpsilon : 'none'}`, ...(block.features === undefined ? [] : ['features']),
  ].join(' '),
  inputDims: () => ['B', 'N', 'channels'],
  sizes: (block) => ({ channels: block.input.channels, classes: block.classes, ...(block.features === undefined ? {} : { features: block.features }) }),
  parameters(block) {
    const parameters: ParameterDefinition[] = block.norm ? [...layerNormParameters] : [];
    if (block.features !== undefined) {
      parameters.push({ name: 'features.weight', dims: ['channels', 'features'], init: 'smallNormal', decay: true },
        { name: 'features.bias', dims: ['features'], init: 'zeros' });
    }
    parameters.push({ name: 'classifier.weight', dims: [block.features === undefined ? 'channels' : 'features', 'classes'], init: 'smallNormal', decay: true },
      { name: 'classifier.bias', dims: ['classes'], init: 'zeros' });
    return parameters;
  },
  build(block, graph) {
    const linear = (y: string, name: string) => graph.plus(graph.add('MatMul', [y, `${name}.weight`]), `${name}.bias`);
    // A norm of each token for itself is needed only for those that are read.
    const pooled = pooledTokens(block, graph, (y) => (block.norm ? tokenNorm(graph, y, block) : y));
    return linear(block.features === undefined ? pooled : graph.add('Tanh', [linear(pooled, 'features')]), 'classifier');
  },
};
