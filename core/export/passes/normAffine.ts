import { GraphBuilder } from '../../graph/builder.ts';
import { producers, pruned, type Graph, type GraphNode } from '../../graph/graph.ts';

/**
 * Moves the scale s and bias b that a layer norm has per channel into the 1x1 convolutions behind it,
 * W (s n + b) = (W s) n + W b. ONNX wants both in the shape of the whole map, so this saves two tables per layer norm;
 * the scale of one that remains is the same for all maps of a size.
 */
export function withFoldedNormAffine(graph: Graph): Graph {
  const made = producers(graph);
  const norms = new Map<string, { scale: string; bias: string }>();
  for (const node of graph.nodes) {
    const affine = affineOf(node, graph, made);
    if (affine) norms.set(node.outputs[0], affine);
  }
  if (norms.size === 0) return graph;

  const builder = GraphBuilder.from(graph, { withNodes: false, namespace: 'affine/' });
  for (const node of graph.nodes) {
    const [x] = node.inputs;
    if (norms.has(node.outputs[0])) {
      builder.addMany('LayerNormalization', [x, ones(builder, node, graph)], { ...node.attributes }, node.outputs);
    } else if (node.operator === 'Conv' && norms.has(x)) {
      convolveAffine(builder, node, norms.get(x)!);
    } else {
      builder.copy(node, graph.values);
    }
  }
  return pruned(builder.build(graph.outputs));
}

/** The [channels, 1, 1] values behind a layer norm's scale and bias, when only 1x1 convolutions read its result. */
function affineOf(node: GraphNode, graph: Graph, made: ReadonlyMap<string, GraphNode>): { scale: string; bias: string } | undefined {
  if (node.operator !== 'LayerNormalization' || graph.outputs.includes(node.outputs[0])) return undefined;
  const readers = graph.nodes.filter(({ inputs }) => inputs.includes(node.outputs[0]));
  const dense = readers.every(({ operator, inputs, attributes }) =>
    operator === 'Conv' && inputs[0] === node.outputs[0] && attributes.kernelSize === 1 && !attributes.depthwise);
  if (!dense) return undefined;
  const [scale, bias] = node.inputs.slice(1).map((name) => perChannel(made.get(name), graph));
  return scale !== undefined && bias !== undefined ? { scale, bias } : undefined;
}

function perChannel(node: GraphNode | undefined, graph: Graph): string | undefined {
  if (node?.operator !== 'Expand') return undefined;
  const { dims } = graph.values.get(node.inputs[0])!;
  return dims.length === 3 && dims[1] === 1 && dims[2] === 1 ? node.inputs[0] : undefined;
}

function ones(builder: GraphBuilder, node: GraphNode, graph: Graph): string {
  const shape = graph.values.get(node.inputs[1])!.dims;
  return builder.has('ones') ? 'ones' : builder.add('Expand', [builder.scalar(1)], { shape }, 'ones');
}

function convolveAffine(builder: GraphBuilder, node: GraphNode, { scale, bias }: { scale: string; bias: string }): void {
  const [x, weight, convBias] = node.inputs;
  const [outputs, channels] = builder.dims(weight);
  const scaled = builder.mul(weight, builder.reshape(scale, [1, channels, 1, 1]));
  const product = builder.add('MatMul', [builder.reshape(weight, [outputs, channels]), builder.reshape(bias, [channels, 1])]);
  const offset = builder.reshape(product, [outputs]);
  builder.add('Conv', [x, scaled, convBias === undefined ? offset : builder.plus(convBias, offset)], { ...node.attributes }, node.outputs[0]);
}
