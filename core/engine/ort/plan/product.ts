import { Tensor } from 'onnxruntime-common';
import { opset } from '../../../graph/onnx/lower.ts';
import type { OnnxNode } from '../../../graph/onnx/model.ts';
import type { Address, Arena } from '../../wasm/arena.ts';
import { InPlaceSession } from '../inPlaceSession.ts';

/** A matrix in the arena, [rows, columns] as it lies in memory; taken as its transpose when `transposed`. */
export interface Operand {
  readonly address: Address;
  readonly rows: number;
  readonly columns: number;
  readonly transposed: boolean;
}

/** A matrix for each of several heads, [heads, rows, columns] as they lie in memory, or [rows, heads, columns] when `interleaved`. */
export interface HeadsOperand extends Operand {
  readonly interleaved: boolean;
}

/** Multiply-accumulates from which more threads are worth waking. */
const worthThreads = 2e7;

/** Where tokens of several heads lie, [heads, tokens, width]. */
export interface AttentionOperands {
  readonly queries: Address;
  readonly keys: Address;
  readonly values: Address;
}

export interface AttentionShape {
  readonly heads: number;
  readonly queries: number;
  readonly keys: number;
  readonly width: number;
  readonly valueWidth: number;
}

/** Matrix products on ONNX Runtime: one session for each combination of transpositions and layouts, whatever the sizes. */
export class MatrixProducts {
  readonly #arena: Arena;
  readonly #threads: number;
  readonly #sessions = new Map<string, InPlaceSession>();

  constructor(arena: Arena, threads: number) {
    this.#arena = arena;
    this.#threads = threads;
  }

  /** Writes the product to `result`. */
  multiply(a: Operand, b: Operand, result: Address): void {
    const rows = a.transposed ? a.columns : a.rows;
    const columns = b.transposed ? b.rows : b.columns;
    if (rows * columns === 0) return;
    if (a.rows * a.columns === 0) {
      this.#arena.view(result, rows * columns).fill(0);
      return;
    }
    const tensor = (address: Address, height: number, width: number) =>
      new Tensor('float32', this.#arena.view(address, height * width), [height, width]);
    const threads = a.rows * a.columns * columns < worthThreads ? 1 : this.#threads;
    this.#session(2, { transA: Number(a.transposed), transB: Number(b.transposed) }, threads).run(
      { a: tensor(a.address, a.rows, a.columns), b: tensor(b.address, b.rows, b.columns) }, { c: tensor(result, rows, columns) });
  }

  /** Writes each head's product to `result`, [heads, rows, columns]. */
  multiplyHeads(heads: number, a: HeadsOperand, b: HeadsOperand, result: Address): void {
    const rows = a.transposed ? a.columns : a.rows;
    const columns = b.transposed ? b.rows : b.columns;
    if (heads * rows * columns === 0) return;
    if (a.rows * a.columns === 0) {
      this.#arena.view(result, heads * rows * columns).fill(0);
      return;
    }
    const operand = ({ address, rows: height, columns: width, interleaved }: HeadsOperand) =>
      new Tensor('float32', this.#arena.view(address, heads * height * width), interleaved ? [height, heads, width] : [heads, height, width]);
    const session = this.#session(3, {
      transA: Number(a.transposed), transB: Number(b.transposed), transBatchA: Number(a.interleaved), transBatchB: Number(b.interleaved),
    }, heads * a.rows * a.columns * columns < worthThreads ? 1 : this.#threads);
    session.run({ a: operand(a), b: operand(b) },
      { c: new Tensor('float32', this.#arena.view(result, heads * rows * columns), [heads, rows, columns]) });
  }

  /**
   * Writes softmax(Q K^T) V to `mixed`, [heads, queries, valueWidth]. One session does it all: its softmax has the processor's widest vectors,
   * where WebAssembly's have four numbers, and takes a quarter of the time of the kernel.
   * @param kept where weights, and room for what comes before them, are to be left, [heads, queries, keys] each
   */
  attend({ heads, queries, keys, width, valueWidth }: AttentionShape, at: AttentionOperands, mixed: Address, kept?: { readonly weights: Address; readonly logits: Address }): void {
    if (heads * queries === 0) return;
    if (keys === 0) {
      this.#arena.view(mixed, heads * queries * valueWidth).fill(0);
      return;
    }
    const tensor = (address: Address, height: number, columns: number) => new Tensor('float32', this.#arena.view(address, heads * height * columns), [heads, height, columns]);
    const session = this.#attention(kept !== undefined, heads * queries * keys * (width + valueWidth) < worthThreads ? 1 : this.#threads);
    session.run({ queries: tensor(at.queries, queries, width), keys: tensor(at.keys, keys, width), values: tensor(at.values, keys, valueWidth) }, {
      mixed: tensor(mixed, queries, valueWidth), ...(kept && { weights: tensor(kept.weights, queries, keys), logits: tensor(kept.logits, queries, keys) }),
    });
  }

  dispose(): void {
    for (const session of this.#sessions.values()) session.dispose();
    this.#sessions.clear();
  }

  #session(rank: number, attributes: Readonly<Record<string, number>>, threads: number): InPlaceSession {
    return this.#made(`${rank} ${Object.values(attributes).join('')} ${threads}`, threads, {
      rank, inputs: ['a', 'b'], outputs: ['c'], nodes: [{ name: 'c', operator: 'FusedMatMul', domain: 'com.microsoft', inputs: ['a', 'b'], outputs: ['c'], attributes }],
    });
  }

  #attention(keepsWeights: boolean, threads: number): InPlaceSession {
    return this.#made(`attention ${keepsWeights} ${threads}`, threads, {
      rank: 3, inputs: ['queries', 'keys', 'values'], outputs: ['mixed', ...(keepsWeights ? ['weights', 'logits'] : [])],
      nodes: [
        { name: 'logits', operator: 'FusedMatMul', domain: 'com.microsoft', inputs: ['queries', 'keys'], outputs: ['logits'], attributes: { transA: 0, transB: 1 } },
        { name: 'weights', operator: 'Softmax', inputs: ['logits'], outputs: ['weights'], attributes: { axis: -1 } },
        { name: 'mixed', operator: 'MatMul', inputs: ['weights', 'values'], outputs: ['mixed'], attributes: {} },
      ],
    });
  }

  #made(key: string, threads: number, { rank, inputs, outputs, nodes }: { rank: number; inputs: readonly string[]; outputs: readonly string[]; nodes: readonly OnnxNode[] }): InPlaceSession {
    let session = this.#sessions.get(key);
    if (!session) {
      const tensors = (names: readonly string[]) => names.map((name) => ({ name, dtype: 'float32' as const, dims: Array.from({ length: rank }, (_, axis) => `${name}${axis}`) }));
      session = new InPlaceSession({
        producer: 'pocketformer', producerVersion: '', graphName: 'product', opset, usesContrib: true, initializers: [], nodes, inputs: tensors(inputs), outputs: tensors(outputs),
      }, { threads });
      this.#sessions.set(key, session);
    }
    return session;
  }
}
