import { Tensor } from 'onnxruntime-common';
import { evaluate, type Dim } from '../../graph/dims.ts';
import { feedNames, valueOf, type Graph } from '../../graph/graph.ts';
import { lowerGraph, onnxValue, opset, type RuntimeValue } from '../../graph/onnx/lower.ts';
import type { OnnxModel, OnnxValue } from '../../graph/onnx/model.ts';
import { withZerosOfNothing } from './zerosOfNothing.ts';

/** A graph as an ONNX model, with what has to be fed beside its own feeds. */
export interface Specialised {
  readonly model: OnnxModel;
  readonly runtime: readonly RuntimeValue[];
}

/**
 * A graph as ONNX files: one for any shape, except that depthwise convolutions fix the number of their groups, which
 * ONNX holds as an attribute. Each such combination gets a file of its own.
 */
export class Specialisations {
  readonly #graph: Graph;
  readonly #outputs: readonly string[];
  /** Dimensions that a file fixes. */
  readonly #fixed: readonly Dim[];
  readonly #made = new Map<string, Specialised>();

  /** @param outputs names of the values that the files yield, each once and none of them fed */
  constructor(graph: Graph, outputs: readonly string[]) {
    this.#graph = graph;
    this.#outputs = outputs;
    this.#fixed = [...new Set(graph.nodes.filter((node) => node.attributes.depthwise).map((node) => valueOf(graph, node.inputs[1]).dims[0]))];
  }

  /** @param sizes of all symbols */
  at(sizes: ReadonlyMap<string, number>): Specialised {
    const fixed = new Map(this.#fixed.map((dim) => [String(dim), evaluate(dim, sizes)]));
    // Where there is nothing, ONNX Runtime cannot find out a size by dividing by the others.
    const isOfNothing = [...sizes.values()].includes(0);
    if (isOfNothing) for (const [symbol, size] of sizes) fixed.set(symbol, size);
    const key = [...fixed].join(' ');
    let specialised = this.#made.get(key);
    if (!specialised) this.#made.set(key, specialised = this.#write(isOfNothing ? withZerosOfNothing(this.#graph, sizes) : this.#graph, fixed));
    return specialised;
  }

  /** All that were made so far. */
  all(): Iterable<Specialised> {
    return this.#made.values();
  }

  /** Forgets them. */
  clear(): void {
    this.#made.clear();
  }

  #write(graph: Graph, fixed: ReadonlyMap<string, number>): Specialised {
    const { nodes, initializers, runtime } = lowerGraph(graph, fixed);
    const model = {
      producer: 'pocketformer', producerVersion: '', graphName: graph.name, opset, nodes, initializers,
      inputs: [...feedNames(graph).map((name) => onnxValue(graph, name, fixed)), ...runtime.map(runtimeInput)],
      outputs: this.#outputs.map((name) => onnxValue(graph, name, fixed)),
    };
    return { model, runtime };
  }
}

/** The values that a file wants beside the graph's feeds, for the sizes at hand. */
export function runtimeFeeds({ runtime }: Specialised, sizes: ReadonlyMap<string, number>): Record<string, Tensor> {
  return Object.fromEntries(runtime.map((value) => [value.name, runtimeTensor(value, sizes)]));
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
