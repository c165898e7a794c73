import type { Dim } from '../../../graph/dims.ts';
import type { GraphNode } from '../../../graph/graph.ts';
import { batch, partsOfImage } from '../../../graph/jets/stack.ts';
import type { Emitter } from './elementwise.ts';
import { planPermutation } from './permuted.ts';
import type { Planner } from './planner.ts';
import type { Frame, Storage } from './steps.ts';
import { isDeclared } from './tokens.ts';

/**
 * Attention on values stacked with their derivatives: softmax(Q K^T) V for [components x batch x parts, heads, tokens,
 * width], all in one step. The attention weights of a few queries are made, used and forgotten while they are in the
 * cache: a matrix product gives the logits with their derivatives, a kernel turns them into weights, a second product
 * mixes the values. To have one product each, the factors are laid out so that derivatives lie side by side.
 */

/** Bytes of attention weights at a time: within a core's share of the last cache, beyond which products gain nothing. */
const tileBytes = 2 ** 21;

/** Tokens [tokens, width] of each head, as they lie in memory. */
interface HeadTokens {
  readonly storage: Storage;
  /** [.., tokens, heads, width] in place of [.., heads, tokens, width]. */
  readonly interleaved: boolean;
}

/** The operands of a product of queries and keys whose weights nothing but one mixture reads. */
interface Attention {
  readonly queries: HeadTokens;
  readonly keys: HeadTokens;
  readonly queryDims: readonly Dim[];
  readonly keyCount: Dim;
}

const attentions = new WeakMap<Planner, Map<string, Attention>>();

/** Whether a product's only reader is a softmax whose only reader is a mixture of values. */
function softmaxOf(node: GraphNode, planner: Planner): GraphNode | undefined {
  const softmax = planner.onlyConsumer(node.outputs[0]);
  const mixture = softmax?.operator === 'JetSoftmax' ? planner.onlyConsumer(softmax.outputs[0]) : undefined;
  return mixture?.operator === 'JetMatMul' && mixture.inputs[0] === softmax!.outputs[0] ? softmax : undefined;
}

/** How a value [.., heads, tokens, width], or its transpose, is seen in memory by a permutation of [.., tokens, heads, width] or [.., heads, tokens, width]. */
function headTokens(planner: Planner, name: string, transposed: boolean): HeadTokens | undefined {
  const view = planner.viewOf(name);
  if (view?.kind === 'permuted' && view.dims.length === 4) {
    const order = view.permutation.join();
    if (order === (transposed ? '0,2,3,1' : '0,2,1,3')) return { storage: view.storage, interleaved: true };
    if (transposed && order === '0,1,3,2') return { storage: view.storage, interleaved: false };
  }
  return transposed ? undefined : { storage: planner.read(name, 'declared'), interleaved: false };
}

/** Queries times keys: remembered for the mixture that reads the weights. */
export const jetLogits: Emitter = (node, planner) => {
  const softmax = softmaxOf(node, planner);
  const [left, right] = node.inputs;
  if (!softmax || planner.dims(left).length !== 4 || !isDeclared(planner, left) || !isDeclared(planner, right)) return false;
  const keys = headTokens(planner, right, true);
  if (!keys) return false;
  const attention = { queries: headTokens(planner, left, false)!, keys, queryDims: planner.dims(left), keyCount: planner.dims(right)[3] };
  let known = attentions.get(planner);
  if (!known) attentions.set(planner, known = new Map());
  known.set(softmax.outputs[0], attention);
  return true;
};

/** The weights themselves are never wanted. */
export const jetWeights: Emitter = (node, planner) => attentions.get(planner)?.has(node.outputs[0]) ?? false;

/** Weights times values: the whole of attention. */
export const jetMixture: Emitter = (node, planner) => {
  const attention = attentions.get(planner)?.get(node.inputs[0]);
  if (!attention) return false;
  const components = Number(node.attributes.components);
  const values = headTokens(planner, node.inputs[1], false)!;
  const { queries, keys, queryDims: [outer, heads, queryCount, width], keyCount } = attention;
  const valueWidth = planner.dims(node.inputs[1])[3];
  const result: HeadTokens = { storage: planner.temporary(outer, heads, queryCount, valueWidth), interleaved: true };
  const parts = partsOfImage([outer], components);
  const scratchOf = (size: (dim: Dim) => number) => layout(components, sizesOf(size));
  const sizesOf = (size: (dim: Dim) => number): Sizes => {
    const [queriesEach, keysEach] = [size(queryCount), size(keyCount)];
    const rowFloats = components * keysEach;
    const rows = Math.min(queriesEach, Math.max(1, Math.floor(tileBytes / 4 / rowFloats)));
    const problems = size(parts) * size(heads);
    const together = rows < queriesEach ? 1 : Math.min(problems, Math.max(1, Math.floor(tileBytes / 4 / rowFloats / rows)));
    return {
      parts: size(parts), heads: size(heads), queries: queriesEach, keys: keysEach, width: size(width), valueWidth: size(valueWidth),
      rows: Math.ceil(queriesEach / Math.ceil(queriesEach / rows)), together: Math.ceil(problems / Math.ceil(problems / together)),
    };
  };
  planner.channelwise(batch, [queries.storage, keys.storage, values.storage], [result.storage], (frame) => {
    const sizes = sizesOf(frame.size);
    for (let image = 0; image < frame.channels; image++) attend(frame, components, sizes, { queries, keys, values, result }, image);
  }, (size) => scratchOf(size).length);
  planPermutation(planner, node.outputs[0], result.storage, [outer, queryCount, heads, valueWidth], [0, 2, 1, 3]);
  return true;
};

interface Sizes {
  readonly parts: number;
  readonly heads: number;
  readonly queries: number;
  readonly keys: number;
  readonly width: number;
  readonly valueWidth: number;
  /** Queries at a time. */
  readonly rows: number;
  /** Heads (of all parts) at a time. */
  readonly together: number;
}

/** Scratch memory: where each piece begins, in floats. */
function layout(components: number, { rows, together, keys, width, valueWidth }: Sizes) {
  const lengths = {
    left: rows * components * components * width, right: keys * components * width, values: keys * components * valueWidth,
    weights: rows * components * keys, mixed: rows * components * components * valueWidth,
  };
  let length = 0;
  const at = Object.fromEntries(Object.entries(lengths).map(([name, each]) => {
    const start = length;
    // On cache lines.
    length += Math.ceil(together * each / 16) * 16;
    return [name, start];
  })) as Record<keyof typeof lengths, number>;
  return { ...at, lengths, length };
}

/** One image. */
function attend(
  { kernels, products, address, scratch }: Frame, components: number, sizes: Sizes,
  operands: { readonly queries: HeadTokens; readonly keys: HeadTokens; readonly values: HeadTokens; readonly result: HeadTokens }, image: number,
): void {
  const { parts, heads, queries, keys, width, valueWidth, rows, together } = sizes;
  const room = layout(components, sizes);
  const piece = (name: keyof typeof room.lengths, i = 0) => scratch + 4 * (room[name] + i * room.lengths[name]);
  const place = ({ storage, interleaved }: HeadTokens, tokens: number, columns: number) => {
    const [part, rowStride] = [tokens * heads * columns, interleaved ? heads * columns : columns];
    const start = address(storage) + 4 * image * components * parts * part;
    const of = (problem: number, row: number) =>
      start + 4 * (Math.floor(problem / heads) * part + (problem % heads) * (interleaved ? columns : tokens * columns) + row * rowStride);
    return { of, rowStride, componentStride: parts * part };
  };
  const [q, k, v, y] = [
    place(operands.queries, queries, width), place(operands.keys, keys, width), place(operands.values, keys, valueWidth),
    place(operands.result, queries, valueWidth),
  ];
  const sideBySide = ({ of, rowStride, componentStride }: typeof k, problem: number, to: number, columns: number) =>
    kernels.permute(of(problem, 0), to, 1, 1, 1, keys, components, 0, 0, 0, rowStride, componentStride, columns);
  for (let first = 0; first < parts * heads; first += together) {
    const count = Math.min(together, parts * heads - first);
    for (let i = 0; i < count; i++) {
      sideBySide(k, first + i, piece('right', i), width);
      sideBySide(v, first + i, piece('values', i), valueWidth);
    }
    for (let row = 0; row < queries; row += rows) {
      const some = Math.min(rows, queries - row);
      for (let i = 0; i < count; i++) {
        kernels[`jetFactor${components}`](q.of(first + i, row), piece('left') + 4 * i * some * components * components * width, some, width, q.rowStride, q.componentStride);
      }
      const plain = { interleaved: false, transposed: false };
      products.multiplyHeads(count, { address: piece('left'), rows: some * components, columns: components * width, ...plain },
        { address: piece('right'), rows: keys, columns: components * width, ...plain, transposed: true }, piece('weights'));
      kernels[`jetSoftmax${components}`](piece('weights'), count * some, keys);
      products.multiplyHeads(count, { address: piece('weights'), rows: some * components, columns: keys, ...plain },
        { address: piece('values'), rows: keys, columns: components * valueWidth, ...plain }, piece('mixed'));
      for (let i = 0; i < count; i++) {
        kernels[`jetProduct${components}`](piece('mixed') + 4 * i * some * components * components * valueWidth, y.of(first + i, row), some, valueWidth, y.rowStride, y.componentStride);
      }
    }
  }
}
