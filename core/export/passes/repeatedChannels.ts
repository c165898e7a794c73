import { GraphBuilder } from '../../graph/builder.ts';
import { producers, pruned, valueOf, type Graph, type GraphNode } from '../../graph/graph.ts';

/**
 * A depthwise convolution of channels that were each repeated reads the channels themselves: ONNX has groups with several
 * filters, and runtimes a channel multiplier. Training has the repetition spelled out, because its kernels know one filter
 * for each channel.
 */
export function withoutRepeatedChannels(graph: Graph): Graph {
  const made = producers(graph);
  const repetitions = new Map<GraphNode, { source: string; times: number }>();
  for (const node of graph.nodes) {
    const repetition = node.operator === 'Conv' && node.attributes.depthwise ? repetitionOf(graph, made, node.inputs[0]) : undefined;
    if (repetition) repetitions.set(node, repetition);
  }
  if (repetitions.size === 0) return graph;
  const builder = GraphBuilder.from(graph, { withNodes: false, namespace: 'grouped/' });
  for (const node of graph.nodes) {
    const repetition = repetitions.get(node);
    if (!repetition) {
      builder.copy(node, graph.values);
      continue;
    }
    const { source, times } = repetition;
    const [batch, , height, width] = valueOf(graph, node.inputs[0]).dims;
    const map = builder.reshape(source, [batch, valueOf(graph, source).dims[1], height, width]);
    builder.add('Conv', [map, ...node.inputs.slice(1)], { ...node.attributes, multiplier: times }, node.outputs[0]);
  }
  return pruned(builder.build(graph.outputs));
}

/** What was repeated, where a map is [B, C, 1, n] expanded to [B, C, times, n] and read as [B, times C, height, width]. */
function repetitionOf(graph: Graph, made: ReadonlyMap<string, GraphNode>, map: string): { source: string; times: number } | undefined {
  const merged = made.get(map);
  const expanded = merged?.operator === 'Reshape' ? made.get(merged.inputs[0]) : undefined;
  const split = expanded?.operator === 'Expand' ? made.get(expanded.inputs[0]) : undefined;
  if (split?.operator !== 'Reshape') return undefined;
  const [from, to] = [split.outputs[0], expanded!.outputs[0]].map((name) => valueOf(graph, name).dims);
  const [times] = to.slice(2);
  const fits = from.length === 4 && to.length === 4 && from[2] === 1 && typeof times === 'number'
    && [0, 1, 3].every((axis) => from[axis] === to[axis]) && valueOf(graph, split.inputs[0]).dims[1] === from[1];
  return fits ? { source: split.inputs[0], times } : undefined;
}
