import { product } from '../../graph/dims.ts';
import type { AttentionBlock } from '../blocks.ts';
import type { BlockDefinition } from '../definition.ts';
import { layerNorm, normParametersOf } from './layerNorm.ts';

const queries = (block: AttentionBlock) => product(block.headDim, 'heads');
const values = (block: AttentionBlock) => product(block.headDim * block.valueRatio, 'heads');

/** Vaswani et al. 2017 as ElasticViT has it; queries, keys and values have weights of their own, so each is sliced by role. */
export const attention: BlockDefinition<AttentionBlock> = {
  variant: (block) => `d${block.headDim} v${block.valueRatio} norm:${block.withoutNorm ? 'none' : block.normAxes}`,
  inputDims: () => ['B', 'channels', 'H', 'W'],
  sizes: (block) => ({ channels: block.input.channels, heads: block.numHeads, rowOffsets: 2 * block.input.height - 1, columnOffsets: 2 * block.input.width - 1 }),
  parameters: (block) => [
    ...normParametersOf(block),
    { name: 'query.weight', dims: [queries(block), 'channels', 1, 1], init: 'fanIn', decay: true },
    { name: 'key.weight', dims: [queries(block), 'channels', 1, 1], init: 'fanIn', decay: true },
    { name: 'value.weight', dims: [values(block), 'channels', 1, 1], init: 'fanIn', decay: true },
    { name: 'depthwise.weight', dims: [values(block), 1, 3, 3], init: 'fanIn', decay: true },
    // One entry per signed offset and head: a smaller map uses the offsets around zero of a larger one's table.
    { name: 'relativePosition', dims: ['rowOffsets', 'columnOffsets', 'heads'], init: 'truncatedNormal', slice: ['centre', 'centre', 'first'], positions: 'offsets' },
    { name: 'project.weight', dims: ['channels', values(block), 1, 1], init: 'fanIn', decay: true },
    { name: 'project.bias', dims: ['channels'], init: 'zeros' },
  ],
  residual: () => ['project.weight', 'project.bias'],
  tables: (block) => {
    const data = relativeOffsets(block.input.height, block.input.width);
    return { relativeOffset: { shape: [data.length], data } };
  },
  build(block, graph) {
    const [batch, , height, width] = graph.dims('x');
    const tokens = product(height, width);
    const normalised = block.withoutNorm ? 'x' : layerNorm(graph, 'x', block.normAxes);
    const heads = (y: string, headDim: number) => graph.reshape(y, [batch, 'heads', headDim, tokens]);
    const query = graph.conv(normalised, graph.mul('query.weight', 1 / Math.sqrt(block.headDim)));
    const key = graph.conv(normalised, 'key.weight');
    const value = graph.conv(graph.conv(normalised, 'value.weight'), 'depthwise.weight', { depthwise: true });

    const table = graph.reshape('relativePosition', [product('rowOffsets', 'columnOffsets'), 'heads']);
    const relativeOffset = graph.table('relativeOffset', [product(tokens, tokens)]);
    const bias = graph.reshape(graph.transpose(graph.add('Gather', [table, relativeOffset]), [1, 0]), ['heads', tokens, tokens]);
    const logits = graph.add('MatMul', [graph.transpose(heads(query, block.headDim), [0, 1, 3, 2]), heads(key, block.headDim)]);
    const weights = graph.add('Softmax', [graph.plus(logits, bias)]);
    const mixed = graph.add('MatMul', [heads(value, block.headDim * block.valueRatio), graph.transpose(weights, [0, 1, 3, 2])]);
    const joined = graph.add('HardSwish', [graph.reshape(mixed, [batch, values(block), height, width])]);
    return graph.plus('x', graph.conv(joined, 'project.weight', { bias: 'project.bias' }));
  },
};

const offsetTables = new Map<string, Int32Array>();

/** For every pair (query, key) of a map's positions, the row of the table that holds their offset. */
function relativeOffsets(height: number, width: number): Int32Array {
  const known = offsetTables.get(`${height}x${width}`);
  if (known) return known;
  const tokens = height * width;
  const indices = new Int32Array(tokens * tokens);
  offsetTables.set(`${height}x${width}`, indices);
  const span = 2 * width - 1;
  for (let query = 0; query < tokens; query++) {
    for (let key = 0; key < tokens; key++) {
      const rows = Math.floor(query / width) - Math.floor(key / width) + height - 1;
      const columns = (query % width) - (key % width) + width - 1;
      indices[query * tokens + key] = rows * span + columns;
    }
  }
  return indices;
}
