import type { Graph } from '../../graph/graph.ts';

/** The graph without outputs that nothing reads: a layer norm's statistics matter to its gradient only. */
export function withoutUnusedOutputs(graph: Graph): Graph {
  const read = new Set([...graph.nodes.flatMap((node) => node.inputs), ...graph.outputs]);
  const nodes = graph.nodes.map((node) => {
    const last = node.outputs.reduce((index, output, i) => (read.has(output) ? i : index), 0);
    return { ...node, outputs: node.outputs.slice(0, last + 1) };
  });
  return { ...graph, nodes };
}
