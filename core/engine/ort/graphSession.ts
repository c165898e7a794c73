import { Tensor } from 'onnxruntime-common';
import { evaluate, type Dim } from '../../graph/dims.ts';
import { bindFeeds, feedNames, valueOf, type Graph } from '../../graph/graph.ts';
import { lowerGraph, onnxValue, opset, type RuntimeValue } from '../../graph/onnx/lower.ts';
import { encodeModel, type OnnxValue } from '../../graph/onnx/model.ts';
import { createSession, type SessionOptions } from './binding.ts';
import { prepareForOrt } from './prepare.ts';
import { SessionPool } from './sessionPool.ts';

/** A tensor outside tfjs: what a session eats and gives. */
export interface HostTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array | Int32Array;
}

/**
 * A graph ready to run: one ONNX Runtime session for any shape, except that depthwise convolutions fix the number of
 * their groups, which ONNX holds as an attribute. Each such combination gets a session of its own.
 */
export class GraphSession {
  readonly #graph: Graph;
  readonly #options: SessionOptions;
  readonly #pool: SessionPool;
  /** Dimensions that a session fixes. */
  readonly #fixed: readonly Dim[];
  /** Outputs that a session computes: each once, and none that is fed. */
  readonly #computed: readonly string[];
  readonly #specialised = new Map<string, Specialised>();

  /** @param pool holds the sessions; by default one for this graph alone */
  constructor(graph: Graph, options: SessionOptions, pool: SessionPool = new SessionPool(options.threads)) {
    this.#graph = prepareForOrt(graph);
    this.#options = options;
    this.#pool = pool;
    this.#fixed = [...new Set(this.#graph.nodes.filter((node) => node.attributes.depthwise).map((node) => valueOf(this.#graph, node.inputs[1]).dims[0]))];
    const fed = new Set(feedNames(this.#graph));
    this.#computed = [...new Set(graph.outputs)].filter((name) => !fed.has(name));
  }

  /**
   * @param feeds one tensor for each input, parameter and table
   * @param allocate gives the memory that outputs are written to
   * @param sizes symbols that the feeds alone do not tell; gets those that they do tell
   * @returns the graph's outputs, in order, each in memory of its own
   * @throws RangeError when a feed is missing or shapes contradict each other
   */
  run(
    feeds: Readonly<Record<string, HostTensor>>,
    allocate: (length: number) => Float32Array,
    sizes: Map<string, number> = new Map(),
  ): HostTensor[] {
    const graph = this.#graph;
    bindFeeds(graph, feeds, sizes);
    const results = new Map(this.#computed.map((name) => {
      const shape = valueOf(graph, name).dims.map((dim) => evaluate(dim, sizes));
      return [name, { shape, data: allocate(shape.reduce((length, size) => length * size, 1)) }];
    }));
    if (this.#computed.length > 0) this.compute(feeds, results, sizes);

    const handedOut = new Set<string>();
    return graph.outputs.map((name) => {
      const result = results.get(name) ?? feeds[name];
      if (results.has(name) && !handedOut.has(name)) {
        handedOut.add(name);
        return result;
      }
      const data = allocate(result.data.length);
      data.set(result.data);
      return { shape: result.shape, data };
    });
  }

  /** Lets go of all native memory; a later `run` makes it anew. */
  dispose(): void {
    for (const specialised of this.#specialised.values()) this.#pool.release(specialised);
    this.#specialised.clear();
  }

  /**
   * Writes outputs to given memory.
   * @param results for every output that is not fed
   * @param sizes of all symbols
   */
  compute(feeds: Readonly<Record<string, HostTensor>>, results: ReadonlyMap<string, HostTensor>, sizes: ReadonlyMap<string, number>): void {
    const specialised = this.#specialise(sizes);
    const native: Record<string, Tensor> = {};
    for (const name of feedNames(this.#graph)) native[name] = nativeTensor(feeds[name]);
    for (const value of specialised.runtime) native[value.name] = runtimeTensor(value, sizes);
    const fetches: Record<string, Tensor> = {};
    for (const [name, result] of results) fetches[name] = nativeTensor(result);
    this.#pool.take(specialised, () => createSession(specialised.model, this.#options)).run(native, fetches, {});
  }

  #specialise(sizes: ReadonlyMap<string, number>): Specialised {
    const fixed = new Map(this.#fixed.map((dim) => [String(dim), evaluate(dim, sizes)]));
    const key = [...fixed.values()].join(',');
    let specialised = this.#specialised.get(key);
    if (!specialised) this.#specialised.set(key, specialised = this.#create(fixed));
    return specialised;
  }

  #create(fixed: ReadonlyMap<string, number>): Specialised {
    const graph = this.#graph;
    const { nodes, initializers, runtime } = lowerGraph(graph, fixed);
    const model = encodeModel({
      producer: 'pocketformer', producerVersion: '', graphName: graph.name, opset, nodes, initializers,
      inputs: [...feedNames(graph).map((name) => onnxValue(graph, name, fixed)), ...runtime.map(runtimeInput)],
      outputs: this.#computed.map((name) => onnxValue(graph, name, fixed)),
    });
    return { model, runtime };
  }
}

/** The graph as an ONNX file, with what has to be fed beside its own feeds. */
interface Specialised {
  readonly model: Uint8Array;
  readonly runtime: readonly RuntimeValue[];
}

function nativeTensor({ data, shape }: HostTensor): Tensor {
  return data instanceof Int32Array ? new Tensor('int32', data, shape) : new Tensor('float32', data, shape);
}

function runtimeInput(value: RuntimeValue): OnnxValue {
  return value.kind === 'shape'
    ? { name: value.name, dtype: 'int64', dims: [value.dims.length] }
    : { name: value.name, dtype: 'float32', dims: [] };
}

function runtimeTensor(value: RuntimeValue, sizes: ReadonlyMap<string, number>): Tensor {
  return value.kind === 'shape'
    ? new Tensor('int64', BigInt64Array.from(value.dims, (dim) => BigInt(evaluate(dim, sizes))), [value.dims.length])
    : new Tensor('float32', new Float32Array([evaluate(value.size, sizes)]), []);
}
