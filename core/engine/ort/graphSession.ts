import { Tensor } from 'onnxruntime-common';
import { bindShape, evaluate, type Dim } from '../../graph/dims.ts';
import { feedNames, valueOf, type Graph } from '../../graph/graph.ts';
import { lowerGraph, onnxValue, opset, type RuntimeValue } from '../../graph/onnx/lower.ts';
import { encodeModel, type OnnxValue } from '../../graph/onnx/model.ts';
import { createSession, type NativeSession, type SessionOptions } from './binding.ts';
import { prepareForOrt } from './prepare.ts';

/** A tensor outside tfjs: what a session eats and gives. */
export interface HostTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array | Int32Array;
}

/**
 * A graph ready to run: one ONNX Runtime session for any shape, except that depthwise convolutions fix the number of
 * their groups, which ONNX holds as an attribute. Each such combination gets a session of its own, the least recently
 * used ones being let go.
 */
export class GraphSession {
  readonly #graph: Graph;
  readonly #options: SessionOptions;
  readonly #fixed: readonly Dim[];
  readonly #sessions = new Map<string, Specialised>();
  static readonly maxSpecialisations = 64;

  constructor(graph: Graph, options: SessionOptions) {
    this.#graph = prepareForOrt(graph);
    this.#options = options;
    this.#fixed = [...new Set(this.#graph.nodes.filter((node) => node.attributes.depthwise).map((node) => valueOf(this.#graph, node.inputs[1]).dims[0]))];
  }

  /**
   * @param feeds one tensor for each input, parameter and table
   * @param allocate gives the memory that outputs are written to
   * @param sizes symbols that the feeds alone do not tell; gets those that they do tell
   * @returns the graph's outputs, in order
   * @throws RangeError when shapes contradict each other
   */
  run(
    feeds: Readonly<Record<string, HostTensor>>,
    allocate: (length: number) => Float32Array,
    sizes: Map<string, number> = new Map(),
  ): HostTensor[] {
    const graph = this.#graph;
    const names = feedNames(graph);
    for (const name of names) bindShape(name, valueOf(graph, name).dims, feeds[name].shape, sizes);
    const { session, runtime } = this.#specialise(sizes);

    const native: Record<string, Tensor> = {};
    for (const name of names) {
      const { data, shape } = feeds[name];
      native[name] = data instanceof Int32Array ? new Tensor('int32', data, shape) : new Tensor('float32', data, shape);
    }
    for (const value of runtime) native[value.name] = runtimeTensor(value, sizes);
    const results = graph.outputs.map((name) => {
      const shape = valueOf(graph, name).dims.map((dim) => evaluate(dim, sizes));
      return { shape, data: allocate(shape.reduce((length, size) => length * size, 1)) };
    });
    const fetches: Record<string, Tensor> = {};
    graph.outputs.forEach((name, i) => { fetches[name] = new Tensor('float32', results[i].data, results[i].shape); });
    session.run(native, fetches, {});
    return results;
  }

  dispose(): void {
    for (const { session } of this.#sessions.values()) session.dispose();
    this.#sessions.clear();
  }

  #specialise(sizes: ReadonlyMap<string, number>): Specialised {
    const fixed = new Map(this.#fixed.map((dim) => [String(dim), evaluate(dim, sizes)]));
    const key = [...fixed.values()].join(',');
    const known = this.#sessions.get(key);
    if (known) {
      this.#sessions.delete(key);
      this.#sessions.set(key, known);
      return known;
    }
    const made = this.#create(fixed);
    this.#sessions.set(key, made);
    if (this.#sessions.size > GraphSession.maxSpecialisations) {
      const [oldest, { session }] = this.#sessions.entries().next().value!;
      session.dispose();
      this.#sessions.delete(oldest);
    }
    return made;
  }

  #create(fixed: ReadonlyMap<string, number>): Specialised {
    const graph = this.#graph;
    const { nodes, initializers, runtime } = lowerGraph(graph, fixed);
    const model = encodeModel({
      producer: 'pocketformer', producerVersion: '', graphName: graph.name, opset, nodes, initializers,
      inputs: [...feedNames(graph).map((name) => onnxValue(graph, name, fixed)), ...runtime.map(runtimeInput)],
      outputs: graph.outputs.map((name) => onnxValue(graph, name, fixed)),
    });
    return { session: createSession(model, this.#options), runtime };
  }
}

interface Specialised {
  readonly session: NativeSession;
  readonly runtime: readonly RuntimeValue[];
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
