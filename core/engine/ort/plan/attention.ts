import { quotient, type Dim } from '../../../graph/dims.ts';
import type { Operator } from '../../../graph/graph.ts';
import { batch } from '../../../graph/jets/stack.ts';
import type { Address } from '../../wasm/arena.ts';
import { layoutOf, tileSizes, type AttentionSizes, type Scratch } from './attentionTiles.ts';
import type { Emitter } from './elementwise.ts';
import { planPermutation } from './permuted.ts';
import type { Planner } from './planner.ts';
import type { Frame, Storage } from './steps.ts';

/**
 * softmax(Q K^T) V in one step, for [components x batch x parts, heads, tokens, width] (joinAttention.ts). The weights of a
 * few queries are made, used and forgotten while they are in the cache, and so are gradients where those are wanted. Of
 * values stacked with derivatives (graph/jets) all components are made by the same products: the factors are laid out so
 * that derivatives lie side by side.
 */

/** Tokens of each head, as they lie in memory. */
interface HeadTokens {
  readonly storage: Storage;
  /** [parts, tokens, heads, width], [parts, heads, tokens, width] or [parts, heads, width, tokens]. */
  readonly order: 'interleaved' | 'apart' | 'turned';
}

/** How a value [.., heads, tokens, width], or its transpose, lies in memory. */
function headTokens(planner: Planner, name: string, turned: boolean): HeadTokens {
  const view = planner.viewOf(name);
  if (view?.kind === 'permuted' && view.dims.length === 4) {
    const permutation = view.permutation.join();
    if (permutation === (turned ? '0,2,3,1' : '0,2,1,3')) return { storage: view.storage, order: 'interleaved' };
    if (turned && permutation === '0,1,3,2') return { storage: view.storage, order: 'apart' };
  }
  return { storage: planner.read(name, 'declared'), order: turned ? 'turned' : 'apart' };
}

type Operands = Readonly<Record<'queries' | 'keys' | 'values' | 'mixed', HeadTokens>>
  & Partial<Readonly<Record<'upstream' | 'ofQueries' | 'ofKeys' | 'ofValues', HeadTokens>>>;

const attention: Emitter = (node, planner) => {
  const components = Number(node.attributes.components ?? 1);
  const [queries, keys, values, upstream] = node.inputs;
  const [outer, heads, queryCount, width] = planner.dims(queries);
  const [keyCount, valueWidth] = planner.dims(values).slice(2);
  const parts = quotient(outer, components === 1 ? batch : `${components}*${batch}`);
  // Where the axis in front does not count images, its elements stand for them.
  const channels = parts === undefined ? outer : batch;
  const sizesOf = (size: (dim: Dim) => number) => tileSizes({
    components, parts: size(parts ?? 1), heads: size(heads), queries: size(queryCount), keys: size(keyCount),
    width: size(width), valueWidth: size(valueWidth), withGradient: upstream !== undefined,
  });
  const given = {
    queries: headTokens(planner, queries, false), keys: headTokens(planner, keys, true), values: headTokens(planner, values, false),
    ...(upstream && { upstream: headTokens(planner, upstream, false) }),
  };
  const results = node.outputs.map((name, i): HeadTokens => {
    // Gradients are those of queries, transposed keys and values.
    const [tokens, columns] = [[queryCount, valueWidth], [queryCount, width], [keyCount, width], [keyCount, valueWidth]][i];
    const storage = planner.temporary(outer, tokens, heads, columns);
    planPermutation(planner, name, storage, [outer, tokens, heads, columns], i === 2 ? [0, 2, 3, 1] : [0, 2, 1, 3]);
    return { storage, order: 'interleaved' };
  });
  const [mixed, ofQueries, ofKeys, ofValues] = results;
  const operands: Operands = { ...given, mixed, ...(upstream && { ofQueries, ofKeys, ofValues }) };
  planner.channelwise(channels, Object.values(given).map(({ storage }) => storage), results.map(({ storage }) => storage), (frame) => {
    const sizes = sizesOf(frame.size);
    for (let image = 0; image < frame.channels; image++) new Attention(frame, sizes, operands, image).run();
  }, (size) => layoutOf(sizesOf(size)).length);
  return true;
};

/** Where the tokens of an image's heads lie. */
interface Place {
  readonly of: (problem: number, row: number) => Address;
  readonly rowStride: number;
  readonly columnStride: number;
  readonly componentStride: number;
}

const apart = { interleaved: false, transposed: false };

/** Attention of one image. */
class Attention {
  readonly #frame: Frame;
  readonly #sizes: AttentionSizes;
  readonly #scratch: Scratch;
  readonly #places: { readonly [K in keyof Operands]: Place };

  constructor(frame: Frame, sizes: AttentionSizes, operands: Operands, image: number) {
    this.#frame = frame;
    this.#sizes = sizes;
    this.#scratch = layoutOf(sizes);
    const { queries, keys, width, valueWidth } = sizes;
    const place = (tokens: number, columns: number, operand: HeadTokens | undefined) => operand && placeOf(frame, sizes, operand, image, tokens, columns);
    this.#places = {
      queries: place(queries, width, operands.queries)!, keys: place(keys, width, operands.keys)!, values: place(keys, valueWidth, operands.values)!,
      mixed: place(queries, valueWidth, operands.mixed)!, upstream: place(queries, valueWidth, operands.upstream),
      ofQueries: place(queries, width, operands.ofQueries), ofKeys: place(keys, width, operands.ofKeys), ofValues: place(keys, valueWidth, operands.ofValues),
    };
  }

  run(): void {
    const { parts, heads, queries, width, valueWidth, rows, together } = this.#sizes;
    for (let first = 0; first < parts * heads; first += together) {
      const count = Math.min(together, parts * heads - first);
      for (let i = 0; i < count; i++) {
        this.#gather(this.#places.keys, first + i, this.#at('keys', i), width);
        this.#gather(this.#places.values, first + i, this.#at('values', i), valueWidth);
      }
      for (let row = 0; row < queries; row += rows) {
        const some = Math.min(rows, queries - row);
        this.#forward(first, count, row, some);
        if (this.#places.upstream) this.#backward(first, count, row, some);
      }
      if (this.#places.upstream) this.#finishGradients(first, count);
    }
  }

  /** Some queries of some heads. */
  #forward(first: number, count: number, row: number, some: number): void {
    const { components, keys, width, valueWidth } = this.#sizes;
    const { kernels, products } = this.#frame;
    const { queries, mixed } = this.#places;
    const squared = some * components * components;
    for (let i = 0; i < count; i++) {
      kernels[`jetFactor${components}`](queries.of(first + i, row), this.#at('queries') + 4 * i * squared * width, some, width, queries.rowStride, queries.componentStride);
    }
    if (components === 1) {
      // Slopes come after the weights, so that their room is free.
      const kept = this.#places.upstream && { weights: this.#at('weights'), logits: this.#at('slopes') };
      products.attend({ heads: count, queries: some, keys, width, valueWidth }, { queries: this.#at('queries'), keys: this.#at('keys'), values: this.#at('values') }, this.#at('products'), kept);
    } else {
      products.multiplyHeads(count, { address: this.#at('queries'), rows: some * components, columns: components * width, ...apart },
        { address: this.#at('keys'), rows: keys, columns: components * width, ...apart, transposed: true }, this.#at('weights'));
      kernels[`jetSoftmax${components}`](this.#at('weights'), count * some, keys);
      products.multiplyHeads(count, { address: this.#at('weights'), rows: some * components, columns: keys, ...apart },
        { address: this.#at('values'), rows: keys, columns: components * valueWidth, ...apart }, this.#at('products'));
    }
    for (let i = 0; i < count; i++) this.#scatter(mixed, first + i, row, this.#at('products') + 4 * i * squared * valueWidth, some, valueWidth);
  }

  /** Gradients of the same queries, and their share of those of all keys and values. */
  #backward(first: number, count: number, row: number, some: number): void {
    const { keys, width, valueWidth } = this.#sizes;
    const { kernels, products } = this.#frame;
    const { upstream, ofQueries } = this.#places;
    for (let i = 0; i < count; i++) {
      kernels.jetFactor1(upstream!.of(first + i, row), this.#at('upstream') + 4 * i * some * valueWidth, some, valueWidth, upstream!.rowStride, 0);
    }
    const tile = (name: 'upstream' | 'queries' | 'weights' | 'slopes', columns: number) => ({ address: this.#at(name), rows: some, columns, ...apart });
    products.multiplyHeads(count, tile('upstream', valueWidth), { address: this.#at('values'), rows: keys, columns: valueWidth, ...apart, transposed: true }, this.#at('slopes'));
    this.#accumulate('ofValues', count, { ...tile('upstream', valueWidth), transposed: true }, tile('weights', keys), row === 0);
    kernels.softmaxRowsGradient(this.#at('slopes'), this.#at('weights'), this.#at('slopes'), count * some, keys);
    this.#accumulate('ofKeys', count, { ...tile('queries', width), transposed: true }, tile('slopes', keys), row === 0);
    products.multiplyHeads(count, tile('slopes', keys), { address: this.#at('keys'), rows: keys, columns: width, ...apart }, this.#at('products'));
    for (let i = 0; i < count; i++) this.#scatter(ofQueries!, first + i, row, this.#at('products') + 4 * i * some * width, some, width);
  }

  /** A product [columns of the left factor, keys] for each head, added to those of other queries. */
  #accumulate(
    name: 'ofKeys' | 'ofValues', count: number, left: { address: Address; rows: number; columns: number; transposed: boolean; interleaved: boolean },
    right: { address: Address; rows: number; columns: number; transposed: boolean; interleaved: boolean }, isFirst: boolean,
  ): void {
    const { kernels, products } = this.#frame;
    const sum = this.#at(name);
    products.multiplyHeads(count, left, right, isFirst ? sum : this.#at('share'));
    if (!isFirst) kernels.add(sum, this.#at('share'), sum, count * left.columns * right.columns);
  }

  #finishGradients(first: number, count: number): void {
    const { keys, width, valueWidth } = this.#sizes;
    for (const [name, columns] of [['ofKeys', width], ['ofValues', valueWidth]] as const) {
      for (let i = 0; i < count; i++) {
        this.#frame.kernels.transpose(this.#at(name) + 4 * i * columns * keys, this.#at('share'), columns, keys);
        this.#scatter(this.#places[name]!, first + i, 0, this.#at('share'), keys, columns);
      }
    }
  }

  #at(name: keyof Scratch['at'], problem = 0): Address {
    return this.#frame.scratch + 4 * (this.#scratch.at[name] + problem * this.#scratch.lengths[name]);
  }

  /** All tokens of a head, derivatives side by side: [tokens, components, width]. */
  #gather({ of, rowStride, columnStride, componentStride }: Place, problem: number, to: Address, columns: number): void {
    const { keys, components } = this.#sizes;
    const run = columnStride === 1 ? columns : 1;
    this.#frame.kernels.permute(of(problem, 0), to, 1, 1, keys, components, columns / run, 0, 0, rowStride, componentStride, columnStride, run);
  }

  /** Results of some tokens of a head, from the products of all pairs of derivatives. */
  #scatter({ of, rowStride, componentStride }: Place, problem: number, row: number, from: Address, rows: number, columns: number): void {
    this.#frame.kernels[`jetProduct${this.#sizes.components}`](from, of(problem, row), rows, columns, rowStride, componentStride);
  }
}

function placeOf({ address }: Frame, { components, parts, heads }: AttentionSizes, { storage, order }: HeadTokens, image: number, tokens: number, columns: number): Place {
  const part = tokens * heads * columns;
  const start = address(storage) + 4 * image * components * parts * part;
  const headStride = order === 'interleaved' ? columns : tokens * columns;
  const [rowStride, columnStride] = { interleaved: [heads * columns, 1], apart: [columns, 1], turned: [1, tokens] }[order];
  return {
    rowStride, columnStride, componentStride: parts * part,
    of: (problem, row) => start + 4 * (Math.floor(problem / heads) * part + (problem % heads) * headStride + row * rowStride),
  };
}

export const attentionEmitters: Readonly<Partial<Record<Operator, Emitter>>> = { Attention: attention, AttentionWithGradient: attention };
