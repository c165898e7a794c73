import { GraphBuilder } from '../../graph/builder.ts';
import { producers, pruned, type Graph, type GraphNode } from '../../graph/graph.ts';

/** max(x, 0) - max(x - a, 0) as one Clip from 0 to a: runtimes join that with the convolution before it. */
export function withClips(graph: Graph): Graph {
  const made = producers(graph);
  const clips = new Map(graph.nodes.flatMap((node) => {
    const clip = clipOf(graph, made, node);
    return clip === undefined ? [] : [[node, clip] as const];
  }));
  if (clips.size === 0) return graph;
  const builder = GraphBuilder.from(graph, { withNodes: false, namespace: 'clipped/' });
  for (const node of graph.nodes) {
    const clip = clips.get(node);
    if (clip === undefined) builder.copy(node, graph.values);
    else builder.add('Clip', [clip.x], { min: 0, max: clip.max }, node.outputs[0]);
  }
  return pruned(builder.build(graph.outputs));
}

function clipOf(graph: Graph, made: ReadonlyMap<string, GraphNode>, node: GraphNode): { x: string; max: number } | undefined {
  if (node.operator !== 'Sub') return undefined;
  const [whole, above] = node.inputs.map((name) => made.get(name));
  if (whole?.operator !== 'Relu' || above?.operator !== 'Relu') return undefined;
  const shifted = made.get(above.inputs[0]);
  const max = shifted?.operator === 'Sub' && shifted.inputs[0] === whole.inputs[0] ? graph.scalars.get(shifted.inputs[1]) : undefined;
  return typeof max === 'number' ? { x: whole.inputs[0], max } : undefined;
}
