import { GraphBuilder } from '../../graph/builder.ts';
import { product } from '../../graph/dims.ts';
import { producers, pruned, valueOf, type Graph, type GraphNode } from '../../graph/graph.ts';

/**
 * A linear layer on tokens [batch, tokens, channels] as one on rows [batch x tokens, channels], product and bias in one
 * operator. Runtimes that compute in integers want the bias beside the sums, and ONNX has an operator for both on matrices
 * only; reshaping moves nothing.
 */
export function withLinearRows(graph: Graph): Graph {
  const made = producers(graph);
  const layers = new Map<GraphNode, GraphNode>();
  for (const node of graph.nodes) {
    const product = node.operator === 'Add' ? made.get(node.inputs[0]) : undefined;
    if (product && isLinear(product, graph) && valueOf(graph, node.inputs[1]).dims.length === 1
      && graph.nodes.filter(({ inputs }) => inputs.includes(product.outputs[0])).length === 1) layers.set(node, product);
  }
  if (layers.size === 0) return graph;
  const builder = GraphBuilder.from(graph, { withNodes: false, namespace: 'rows/' });
  const rows = new Map<string, string>();
  const rowsOf = (x: string) => {
    const dims = builder.dims(x);
    const known = rows.get(x) ?? builder.reshape(x, [product(...dims.slice(0, -1)), dims[dims.length - 1]]);
    rows.set(x, known);
    return known;
  };
  for (const node of graph.nodes) {
    const layer = layers.get(node);
    if (layer) {
      const sums = builder.add('Gemm', [rowsOf(layer.inputs[0]), layer.inputs[1], node.inputs[1]]);
      builder.add('Reshape', [sums], { shape: valueOf(graph, node.outputs[0]).dims }, node.outputs[0]);
    } else {
      builder.copy(node, graph.values);
    }
  }
  return pruned(builder.build(graph.outputs));
}

function isLinear({ operator, inputs: [x, weight] }: GraphNode, graph: Graph): boolean {
  return operator === 'MatMul' && valueOf(graph, x).dims.length > 2 && valueOf(graph, weight).dims.length === 2;
}
