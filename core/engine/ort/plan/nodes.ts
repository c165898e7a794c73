import { valueOf, type Graph, type GraphNode } from '../../../graph/graph.ts';
import type { NodeStep, Storage } from './steps.ts';

/** A group of nodes as a graph of its own. */
export interface NodeGraph {
  readonly graph: Graph;
  /** Where each of its inputs lies. */
  readonly inputs: readonly { readonly name: string; readonly storage: Storage }[];
  readonly outputs: readonly { readonly name: string; readonly storage: Storage }[];
}

/**
 * @param made storages that others read
 * @param whole the graph that the nodes come from
 */
export function nodeGraph(steps: readonly NodeStep[], made: readonly Storage[], whole: Graph): NodeGraph {
  const writers = new Map<Storage, string>();
  const inputs = new Map<string, Storage>();
  const tables = new Set<string>();
  const known = new Set<string>();
  const nodes: GraphNode[] = [];
  for (const { node, storages } of steps) {
    for (const name of node.inputs) {
      if (known.has(name) || whole.scalars.has(name)) continue;
      known.add(name);
      const storage = storages.get(name);
      if (!storage) {
        tables.add(name);
        continue;
      }
      const writer = writers.get(storage);
      if (writer === undefined) inputs.set(name, storage);
      // Outside of ONNX Runtime a reshaped value is the same memory; here it is a node again.
      else nodes.push({ operator: 'Reshape', inputs: [writer], outputs: [name], attributes: { shape: valueOf(whole, name).dims } });
    }
    nodes.push(node);
    for (const name of node.outputs) {
      known.add(name);
      const storage = storages.get(name);
      if (storage) writers.set(storage, name);
    }
  }
  const listed = [...inputs].map(([name, storage]) => ({ name, storage }));
  const outputs = made.map((storage) => ({ name: writers.get(storage)!, storage }));
  const used = new Set(nodes.flatMap((node) => node.inputs));
  return {
    inputs: listed, outputs,
    graph: {
      name: `${whole.name}.part`, inputs: listed.map(({ name }) => name), parameters: [], tables: [...tables],
      outputs: outputs.map(({ name }) => name), nodes, values: whole.values,
      scalars: new Map([...whole.scalars].filter(([name]) => used.has(name))),
    },
  };
}
