import { product } from '../../graph/dims.ts';
import type { GraphBuilder } from '../../graph/builder.ts';
import type { EncoderAttentionBlock } from '../blocks.ts';
import type { BlockDefinition, ParameterDefinition } from '../definition.ts';
import { normParametersOf, normVariant, tokenNorm } from './layerNorm.ts';

const splitsOf = ({ splits = 1 }: EncoderAttentionBlock) => splits;
/** Tokens in a row of a window; the graph has them as a number, because tokens do not tell their map's width. */
const windowColumns = (block: EncoderAttentionBlock) => block.input.width / splitsOf(block);
const inner = (block: EncoderAttentionBlock) => product(block.headDim, 'heads');

/**
 * Vaswani et al. 2017, pre-norm; queries, keys and values have weights of their own, so that subnets with fewer heads
 * share the first heads of each.
 */
export const encoderAttention: BlockDefinition<EncoderAttentionBlock> = {
  variant: (block) => [`d${block.headDim}`, ...(splitsOf(block) > 1 ? [`splits:${block.splits} columns:${block.input.width}`] : []), normVariant(block)].join(' '),
  inputDims: (block) => ['B', splitsOf(block) > 1 ? product(splitsOf(block), 'windowRows', block.input.width) : 'N', 'channels'],
  sizes(block) {
    const whole = { channels: block.input.channels, heads: block.numHeads };
    return splitsOf(block) > 1 ? { ...whole, windowRows: block.input.height / splitsOf(block) } : whole;
  },
  parameters: (block) => [
    ...normParametersOf(block),
    ...['query', 'key', 'value'].flatMap((name): ParameterDefinition[] => [
      { name: `${name}.weight`, dims: ['channels', inner(block)], init: 'smallNormal', decay: true },
      { name: `${name}.bias`, dims: [inner(block)], init: 'zeros' },
    ]),
    { name: 'project.weight', dims: [inner(block), 'channels'], init: 'smallNormal', decay: true },
    { name: 'project.bias', dims: ['channels'], init: 'zeros' },
  ],
  residual: () => ['project.weight', 'project.bias'],
  build(block, graph) {
    const splits = splitsOf(block);
    const whole = tokenNorm(graph, 'x', block);
    const normalised = splits > 1 ? windowsOf(graph, whole, block) : whole;
    const [batch, tokens] = graph.dims(normalised);
    const scale = 1 / Math.sqrt(block.headDim);
    const heads = (weight: string, bias: string, permutation: readonly number[]) => {
      const y = graph.plus(graph.add('MatMul', [normalised, weight]), bias);
      return graph.transpose(graph.reshape(y, [batch, tokens, 'heads', block.headDim]), permutation);
    };
    const query = heads(graph.mul('query.weight', scale), graph.mul('query.bias', scale), [0, 2, 1, 3]);
    const weights = graph.add('Softmax', [graph.add('MatMul', [query, heads('key.weight', 'key.bias', [0, 2, 3, 1])])]);
    const mixed = graph.add('MatMul', [weights, heads('value.weight', 'value.bias', [0, 2, 1, 3])]);
    const joined = graph.reshape(graph.transpose(mixed, [0, 2, 1, 3]), [batch, tokens, inner(block)]);
    const mapped = splits > 1 ? mapOf(graph, joined, block) : joined;
    return graph.plus('x', graph.plus(graph.add('MatMul', [mapped, 'project.weight']), 'project.bias'));
  },
};

/** Tokens of a map [batch, tokens, channels], window by window: [batch x windows, tokens of a window, channels]. */
function windowsOf(graph: GraphBuilder, x: string, block: EncoderAttentionBlock): string {
  const [splits, columns] = [splitsOf(block), windowColumns(block)];
  const [batch, , channels] = graph.dims(x);
  const rows = graph.reshape(x, [product(batch, splits), 'windowRows', splits, product(columns, channels)]);
  return graph.reshape(graph.transpose(rows, [0, 2, 1, 3]), [product(batch, splits ** 2), product('windowRows', columns), channels]);
}

/** The way back. */
function mapOf(graph: GraphBuilder, windows: string, block: EncoderAttentionBlock): string {
  const [splits, columns] = [splitsOf(block), windowColumns(block)];
  const [[batch, tokens], channels] = [graph.dims('x'), graph.dims(windows)[2]];
  const rows = graph.reshape(windows, [product(batch, splits), splits, 'windowRows', product(columns, channels)]);
  return graph.reshape(graph.transpose(rows, [0, 2, 1, 3]), [batch, tokens, channels]);
}
