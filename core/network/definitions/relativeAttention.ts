import type { GraphBuilder } from '../../graph/builder.ts';
import { plus, product, type Dim } from '../../graph/dims.ts';
import type { RelativeAttentionBlock } from '../blocks.ts';
import type { BlockDefinition, ParameterDefinition } from '../definition.ts';
import { normParametersOf, normVariant, tokenNorm } from './layerNorm.ts';
import { onLine, relativeRows, rowCount } from './relativeRows.ts';

const inner = (block: RelativeAttentionBlock) => product(block.headDim, 'heads');
const mapTokens = product('rows', 'columns');
const extraTokens = (block: RelativeAttentionBlock) => block.input.extraTokens ?? 0;

/**
 * Wu et al. 2021 as AutoFormer has it (tftas.md 3.2): logits (q.k + q.R^k) / sqrt(d), output A v + A R^v, where
 * R[query, key] is the vector of the vertical distance plus that of the horizontal one, and for every pair with a class
 * token the sum of the two tables' first rows.
 *
 * No vector is ever spelled out for a pair. All keys on one line (a row or a column of the map) share a vector, so a query
 * is multiplied by one vector for each line, and weights are summed over each line before they meet its vector. The class
 * token needs no place of its own: its vector is what all others are measured from, because a softmax ignores what all
 * logits of a query share, and weights that sum to one add what all values share.
 */
export const relativeAttention: BlockDefinition<RelativeAttentionBlock> = {
  variant: (block) => `d${block.headDim} extra:${extraTokens(block)} ${normVariant(block)}`,
  inputDims: (block) => ['B', plus(mapTokens, extraTokens(block)), 'channels'],
  sizes: (block) => ({
    channels: block.input.channels, heads: block.numHeads, rows: block.input.height, columns: block.input.width,
    lines: block.input.height + block.input.width, distances: rowCount(block.maxDistance),
  }),
  parameters: (block) => [
    ...normParametersOf(block),
    ...['query', 'key', 'value'].flatMap((name): ParameterDefinition[] => [
      { name: `${name}.weight`, dims: ['channels', inner(block)], init: 'smallNormal', decay: true },
      { name: `${name}.bias`, dims: [inner(block)], init: 'zeros' },
    ]),
    // One vector for each distance, shared by all heads.
    ...['relativeKey', 'relativeValue'].flatMap((name) => ['vertical', 'horizontal'].map((direction): ParameterDefinition =>
      ({ name: `${name}.${direction}`, dims: ['distances', block.headDim], init: 'smallNormal' }))),
    { name: 'project.weight', dims: [inner(block), 'channels'], init: 'smallNormal', decay: true },
    { name: 'project.bias', dims: ['channels'], init: 'zeros' },
  ],
  residual: () => ['project.weight', 'project.bias'],
  tables: (block) => relativeRows(block.input, extraTokens(block), block.maxDistance),
  build(block, graph) {
    const { headDim } = block;
    const extra = extraTokens(block);
    const [batch, tokens] = graph.dims('x');
    const normalised = tokenNorm(graph, 'x', block);
    const scale = 1 / Math.sqrt(headDim);
    const project = (weight: string, bias: string) =>
      graph.reshape(graph.plus(graph.add('MatMul', [normalised, weight]), bias), [batch, tokens, 'heads', headDim]);
    const byLine = linesOf(graph, block);

    const query = project(graph.mul('query.weight', scale), graph.mul('query.bias', scale));
    const key = graph.transpose(project('key.weight', 'key.bias'), [0, 2, 3, 1]);
    const classValue = extra > 0 ? classVector(graph, 'relativeValue', headDim) : undefined;
    const bias = classValue === undefined ? 'value.bias'
      : graph.reshape(graph.plus(graph.reshape('value.bias', ['heads', headDim]), classValue), [inner(block)]);
    const value = graph.transpose(project('value.weight', bias), [0, 2, 1, 3]);

    graph.table('onLine', [tokens, 'lines']);
    const isOnLine = onLine(graph, 'onLine');
    const classKey = extra > 0 ? classVector(graph, 'relativeKey', headDim) : undefined;
    const distanceLogits = byLine(query, (line) => graph.transpose(line('relativeKey', classKey), [0, 2, 1]), 'lines');
    const relative = graph.add('MatMul', [graph.transpose(distanceLogits, [0, 2, 1, 3]), graph.transpose(isOnLine, [1, 0])]);
    const products = graph.add('MatMul', [graph.transpose(query, [0, 2, 1, 3]), key]);
    const weights = graph.add('Softmax', [graph.plus(products, relative)]);

    const lineWeights = graph.transpose(graph.add('MatMul', [weights, isOnLine]), [0, 2, 1, 3]);
    const distanceValues = byLine(lineWeights, (line) => line('relativeValue', classValue), headDim);
    const mixed = graph.transpose(graph.add('MatMul', [weights, value]), [0, 2, 1, 3]);
    const joined = graph.reshape(graph.plus(mixed, distanceValues), [batch, tokens, inner(block)]);
    return graph.plus('x', graph.plus(graph.add('MatMul', [joined, 'project.weight']), 'project.bias'));
  },
};

/** The vector of every pair with a class token, [1, headDim]. */
function classVector(graph: GraphBuilder, name: string, headDim: number): string {
  const first = (direction: string) => graph.slice(`${name}.${direction}`, 0, 0, [1, headDim]);
  return graph.plus(first('vertical'), first('horizontal'));
}

/** Vectors of one direction for every line that a query sees, [lines across, lines, headDim], less `origin`. */
type LineVectors = (name: string, origin: string | undefined) => string;

/**
 * What multiplies every token of the map by the vectors of its row and of its column: from x [batch, tokens, heads, k] to
 * [batch, tokens, heads, width], zero for tokens in front of the map.
 */
function linesOf(graph: GraphBuilder, block: RelativeAttentionBlock) {
  const extra = extraTokens(block);
  const [batch] = graph.dims('x');
  const tables = { vertical: graph.table('rowDistance', ['rows', 'lines']), horizontal: graph.table('columnDistance', ['columns', 'lines']) };
  const padded = new Map<string, string>();
  /** A table with a row of zeros behind it, for lines of the other direction. */
  const withZeros = (name: string, direction: keyof typeof tables, origin: string | undefined) => {
    const key = `${name}.${direction}`;
    const vectors = origin === undefined || direction === 'horizontal' ? key : graph.minus(key, origin);
    if (!padded.has(key)) padded.set(key, graph.pad(vectors, 0, 0, 1));
    return padded.get(key)!;
  };
  return (x: string, vectors: (line: LineVectors) => string, width: Dim): string => {
    const [, , heads, k] = graph.dims(x);
    const map = extra > 0 ? graph.slice(x, 1, extra, [batch, mapTokens, heads, k]) : x;
    const grid = graph.reshape(map, [batch, 'rows', 'columns', heads, k]);
    const along = (direction: keyof typeof tables) => {
      const isVertical = direction === 'vertical';
      const [to, back] = isVertical ? [[1, 0, 2, 3, 4], [1, 0, 2, 3, 4]] : [[2, 0, 1, 3, 4], [1, 2, 0, 3, 4]];
      const turned = graph.transpose(grid, to);
      const dims = graph.dims(turned);
      const factors = vectors((name, origin) => graph.add('Gather', [withZeros(name, direction, origin), tables[direction]]));
      const multiplied = graph.add('MatMul', [graph.reshape(turned, [dims[0], product(...dims.slice(1, 4)), k]), factors]);
      return graph.transpose(graph.reshape(multiplied, [...dims.slice(0, 4), width]), back);
    };
    const sum = graph.reshape(graph.plus(along('vertical'), along('horizontal')), [batch, mapTokens, heads, width]);
    return extra > 0 ? graph.pad(sum, 1, extra, 0) : sum;
  };
}
