import { GraphBuilder } from '../../graph/builder.ts';
import { evaluate, type DimValues } from '../../graph/dims.ts';
import { valueOf, type Graph, type GraphNode, type Operator } from '../../graph/graph.ts';

/** Sums of products of two values (a convolution's bias would be a third): over no terms, zero. */
const sums: ReadonlySet<Operator> = new Set(['MatMul', 'Conv']);

/**
 * Spells sums over nothing (the gradient of weights by a batch of no images, say) as the zeros that they are: ONNX Runtime
 * 1.30 leaves the result of such a product as its memory was, and does not come to an end over such a convolution.
 *
 * @param sizes of all symbols
 */
export function withZerosOfNothing(graph: Graph, sizes: DimValues): Graph {
  const builder = GraphBuilder.from(graph, { withNodes: false, namespace: 'nothing/' });
  const isEmpty = (name: string) => !graph.scalars.has(name) && valueOf(graph, name).dims.some((dim) => evaluate(dim, sizes) === 0);
  const isSumOfNothing = ({ operator, inputs, outputs: [result] }: GraphNode) =>
    sums.has(operator) && inputs.length === 2 && inputs.some(isEmpty) && !isEmpty(result);
  for (const node of graph.nodes) {
    if (!isSumOfNothing(node)) builder.copy(node, graph.values);
    else builder.add('Expand', [builder.scalar(0)], { shape: valueOf(graph, node.outputs[0]).dims }, node.outputs[0]);
  }
  return builder.build(graph.outputs);
}
