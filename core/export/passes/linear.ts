import { GraphBuilder } from '../../graph/builder.ts';
import { producers, pruned, type Graph, type GraphNode } from '../../graph/graph.ts';

/** A linear layer's product and bias as one operator, which every runtime has a kernel for. */
export function withJoinedLinear(graph: Graph): Graph {
  const made = producers(graph);
  const joined = new Map<GraphNode, GraphNode>();
  for (const node of graph.nodes) {
    const product = made.get(node.inputs[0]);
    if (node.operator === 'Add' && product && isMatrixProduct(product, graph) && graph.values.get(node.inputs[1])!.dims.length === 1
      && graph.nodes.filter(({ inputs }) => inputs.includes(product.outputs[0])).length === 1) joined.set(node, product);
  }
  if (joined.size === 0) return graph;
  const builder = GraphBuilder.from(graph, { withNodes: false, namespace: 'linear/' });
  for (const node of graph.nodes) {
    const product = joined.get(node);
    if (product) builder.add('Gemm', [...product.inputs, node.inputs[1]], {}, node.outputs[0]);
    else builder.copy(node, graph.values);
  }
  return pruned(builder.build(graph.outputs));
}

function isMatrixProduct({ operator, inputs }: GraphNode, graph: Graph): boolean {
  return operator === 'MatMul' && inputs.every((name) => graph.values.get(name)!.dims.length === 2);
}
