import * as tf from '@tensorflow/tfjs';
import { interpret } from '../engine/interpreter.ts';
import { evaluate as sizeOf, type DimValues } from '../graph/dims.ts';
import { pruned, valueOf, type Graph, type Value } from '../graph/graph.ts';

/** A value that does not depend on the network's input. */
export interface Constant {
  readonly shape: readonly number[];
  readonly data: Float32Array | Int32Array;
}

/** A graph in which everything computable without the input has been computed. */
export interface FoldedGraph {
  /** Its parameters are exactly the constants that the remaining nodes read; it has no tables. */
  readonly graph: Graph;
  readonly constants: ReadonlyMap<string, Constant>;
}

/**
 * Computes what does not depend on the graph's inputs: folded batch norms, scaled queries, the relative position bias
 * of this resolution. Nothing of it is left to the phone.
 *
 * @param given a constant for every parameter and table
 * @param sizes of every symbol but the batch
 * @param mostElements what would have more numbers is left to the runtime: a file should not hold what follows from a small table
 */
export function foldConstants(graph: Graph, given: ReadonlyMap<string, Constant>, sizes: DimValues, mostElements = Infinity): FoldedGraph {
  const dynamic = new Set(graph.inputs);
  const isLarge = (name: string) => valueOf(graph, name).dims.reduce<number>((size, dim) => size * sizeOf(dim, sizes), 1) > mostElements;
  for (const node of graph.nodes) {
    if (node.inputs.some((input) => dynamic.has(input)) || (mostElements < Infinity && node.outputs.some(isLarge))) {
      node.outputs.forEach((output) => dynamic.add(output));
    }
  }
  const remaining = graph.nodes.filter((node) => node.outputs.some((output) => dynamic.has(output)));
  const wanted = new Set(remaining.flatMap((node) => node.inputs).filter((name) => !dynamic.has(name) && !graph.scalars.has(name)));
  const computed = evaluate(graph, given, sizes, [...wanted].filter((name) => !given.has(name)));

  const constants = new Map<string, Constant>();
  const values = new Map<string, Value>(graph.values);
  for (const name of wanted) {
    const constant = given.get(name) ?? computed.get(name)!;
    constants.set(name, constant);
    values.set(name, { ...graph.values.get(name)!, dims: constant.shape });
  }
  return { graph: pruned({ ...graph, nodes: remaining, parameters: [...wanted], tables: [], values }), constants };
}

function evaluate(graph: Graph, given: ReadonlyMap<string, Constant>, sizes: DimValues, names: readonly string[]): Map<string, Constant> {
  if (names.length === 0) return new Map();
  const part = { ...pruned({ ...graph, outputs: names }), inputs: [] };
  const results = new Map<string, Constant>();
  tf.tidy(() => {
    const feeds: Record<string, tf.Tensor> = {};
    for (const name of [...part.parameters, ...part.tables]) {
      const { shape, data } = given.get(name)!;
      feeds[name] = tf.tensor(data, [...shape], data instanceof Int32Array ? 'int32' : 'float32');
    }
    const values = interpret(part, feeds, sizes);
    for (const name of names) {
      const tensor = values.get(name)!;
      results.set(name, { shape: tensor.shape, data: Float32Array.from(tensor.dataSync()) });
    }
  });
  return results;
}
