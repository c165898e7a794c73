import type { Graph, GraphNode } from './graph.ts';

/**
 * The same graph with every operation done once: a node that repeats an earlier one goes, and its readers read the
 * earlier one. Outputs keep their names, so nodes that make them stay.
 */
export function withoutRepetition(graph: Graph): Graph {
  const outputs = new Set(graph.outputs);
  const first = new Map<string, GraphNode>();
  const renamed = new Map<string, string>();
  const nodes: GraphNode[] = [];
  for (const given of graph.nodes) {
    const node = { ...given, inputs: given.inputs.map((name) => renamed.get(name) ?? name) };
    const key = JSON.stringify([node.operator, node.inputs, node.attributes]);
    const before = first.get(key);
    if (before && !node.outputs.some((name) => outputs.has(name))) {
      node.outputs.forEach((name, i) => renamed.set(name, before.outputs[i]));
      continue;
    }
    if (!before) first.set(key, node);
    nodes.push(node);
  }
  return { ...graph, nodes };
}
