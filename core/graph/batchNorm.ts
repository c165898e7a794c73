import { GraphBuilder } from './builder.ts';
import { producers, pruned, type Graph, type GraphNode } from './graph.ts';

/**
 * The graph as it trains: batch norms take mean and variance from the batch. The statistics become outputs under the
 * names of the running statistics (parameters 3 and 4 of the node) that they would update; those parameters go.
 */
export function withBatchStatistics(graph: Graph): Graph {
  const norms = graph.nodes.filter((node) => node.operator === 'BatchNormalization');
  if (norms.length === 0) return graph;
  const replaced = new Set(norms.flatMap((node) => node.inputs.slice(3)));
  const kept = { ...graph, parameters: graph.parameters.filter((name) => !replaced.has(name)) };
  const builder = GraphBuilder.from(kept, { name: `${graph.name}.training`, withNodes: false, namespace: 'training/' });
  for (const node of graph.nodes) {
    if (node.operator !== 'BatchNormalization') {
      builder.copy(node, graph.values);
      continue;
    }
    const [x, scale, bias, mean, variance] = node.inputs;
    // ONNX wants running statistics as inputs even though a momentum of zero ignores them.
    builder.addMany('BatchNormalization', [x, scale, bias, bias, scale], { ...node.attributes, training: 1 }, [node.outputs[0], mean, variance]);
  }
  return builder.build([...graph.outputs, ...replaced]);
}

/**
 * The graph as it runs after training: each batch norm disappears into the convolution before it,
 * W' = W s and b' = (b - mean) s + bias with s = scale / sqrt(variance + epsilon).
 * @throws RangeError for a batch norm that does not follow a convolution, or one whose result others read too
 */
export function withFoldedBatchNorm(graph: Graph): Graph {
  const made = producers(graph);
  const norms = graph.nodes.filter((node) => node.operator === 'BatchNormalization');
  const convolutions = new Map<GraphNode, GraphNode>();
  for (const norm of norms) {
    const before = made.get(norm.inputs[0]);
    if (before?.operator !== 'Conv') throw new RangeError(`Batch norm "${norm.outputs[0]}" of graph "${graph.name}" does not follow a convolution.`);
    const readers = graph.nodes.filter((node) => node.inputs.includes(before.outputs[0]));
    if (readers.length > 1 || graph.outputs.includes(before.outputs[0])) {
      throw new RangeError(`Batch norm "${norm.outputs[0]}" of graph "${graph.name}" is not the only reader of its convolution.`);
    }
    convolutions.set(before, norm);
  }
  const builder = GraphBuilder.from(graph, { name: `${graph.name}.folded`, withNodes: false, namespace: 'folded/' });
  for (const node of graph.nodes) {
    if (node.operator === 'BatchNormalization') continue;
    const norm = convolutions.get(node);
    if (!norm) {
      builder.copy(node, graph.values);
      continue;
    }
    const [, scale, bias, mean, variance] = norm.inputs;
    const [x, weight, convBias] = node.inputs;
    const ratio = builder.div(scale, builder.add('Sqrt', [builder.plus(variance, Number(norm.attributes.epsilon))]));
    const perFilter = builder.reshape(ratio, [builder.dims(scale)[0], 1, 1, 1]);
    const centred = convBias ? builder.minus(mean, convBias) : mean;
    const foldedBias = builder.minus(bias, builder.mul(centred, ratio));
    builder.add('Conv', [x, builder.mul(weight, perFilter), foldedBias], { ...node.attributes }, norm.outputs[0]);
  }
  return pruned(builder.build(graph.outputs));
}
