import { product } from '../../graph/dims.ts';
import type { EncoderAttentionBlock } from '../blocks.ts';
import type { BlockDefinition, ParameterDefinition } from '../definition.ts';
import { layerNormParameters, tokenNorm } from './layerNorm.ts';

const inner = (block: EncoderAttentionBlock) => product(block.headDim, 'heads');

/**
 * Vaswani et al. 2017, pre-norm; queries, keys and values have weights of their own, so that subnets with fewer heads
 * share the first heads of each.
 */
export const encoderAttention: BlockDefinition<EncoderAttentionBlock> = {
  variant: (block) => `d${block.headDim} epsilon:${block.normEpsilon}`,
  inputDims: () => ['B', 'N', 'channels'],
  sizes: (block) => ({ channels: block.input.channels, heads: block.numHeads }),
  parameters: (block) => [
    ...layerNormParameters,
    ...['query', 'key', 'value'].flatMap((name): ParameterDefinition[] => [
      { name: `${name}.weight`, dims: ['channels', inner(block)], init: 'truncatedNormal', decay: true },
      { name: `${name}.bias`, dims: [inner(block)], init: 'zeros' },
    ]),
    { name: 'project.weight', dims: [inner(block), 'channels'], init: 'truncatedNormal', decay: true },
    { name: 'project.bias', dims: ['channels'], init: 'zeros' },
  ],
  build(block, graph) {
    const [batch, tokens] = graph.dims('x');
    const normalised = tokenNorm(graph, 'x', block.normEpsilon);
    const scale = 1 / Math.sqrt(block.headDim);
    const heads = (weight: string, bias: string, permutation: readonly number[]) => {
      const y = graph.plus(graph.add('MatMul', [normalised, weight]), bias);
      return graph.transpose(graph.reshape(y, [batch, tokens, 'heads', block.headDim]), permutation);
    };
    const query = heads(graph.mul('query.weight', scale), graph.mul('query.bias', scale), [0, 2, 1, 3]);
    const weights = graph.add('Softmax', [graph.add('MatMul', [query, heads('key.weight', 'key.bias', [0, 2, 3, 1])])]);
    const mixed = graph.add('MatMul', [weights, heads('value.weight', 'value.bias', [0, 2, 1, 3])]);
    const joined = graph.reshape(graph.transpose(mixed, [0, 2, 1, 3]), [batch, tokens, inner(block)]);
    return graph.plus('x', graph.plus(graph.add('MatMul', [joined, 'project.weight']), 'project.bias'));
  },
};
