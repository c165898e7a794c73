import { GraphBuilder } from '../../graph/builder.ts';
import { evaluate, type DimValues } from '../../graph/dims.ts';
import { producers, pruned, type Graph, type GraphNode } from '../../graph/graph.ts';

/**
 * Multiplies by a transposed matrix without transposing it, B A^T = (A B^T)^T, where the other two are smaller: a map of
 * attention weights has tokens^2 entries per head, values and result only a few per token. Runtimes that transpose
 * inside their products gain a little, all others a pass over the largest tensor.
 * @param sizes of every symbol
 */
export function withSmallTransposes(graph: Graph, sizes: DimValues): Graph {
  const made = producers(graph);
  const turned = new Map<GraphNode, string>();
  for (const node of graph.nodes) {
    const transpose = node.operator === 'MatMul' ? made.get(node.inputs[1]) : undefined;
    if (transpose?.operator !== 'Transpose' || !swapsLastAxes(transpose) || rankOf(graph, node.inputs[0]) !== rankOf(graph, node.inputs[1])) continue;
    const [a, b, result] = [transpose.inputs[0], node.inputs[0], node.outputs[0]].map((name) => elements(graph, name, sizes));
    if (a > b + result) turned.set(node, transpose.inputs[0]);
  }
  if (turned.size === 0) return graph;
  const builder = GraphBuilder.from(graph, { withNodes: false, namespace: 'turned/' });
  for (const node of graph.nodes) {
    const a = turned.get(node);
    if (a === undefined) {
      builder.copy(node, graph.values);
      continue;
    }
    const swapped = lastAxesSwapped(rankOf(graph, a));
    const product = builder.add('MatMul', [a, builder.transpose(node.inputs[0], swapped)]);
    builder.add('Transpose', [product], { permutation: swapped }, node.outputs[0]);
  }
  return pruned(builder.build(graph.outputs));
}

function swapsLastAxes({ attributes }: GraphNode): boolean {
  const permutation = attributes.permutation as readonly number[];
  return permutation.join() === lastAxesSwapped(permutation.length).join();
}

function lastAxesSwapped(rank: number): number[] {
  return [...Array(rank - 2).keys(), rank - 1, rank - 2];
}

const rankOf = (graph: Graph, name: string) => graph.values.get(name)!.dims.length;

function elements(graph: Graph, name: string, sizes: DimValues): number {
  return graph.values.get(name)!.dims.reduce<number>((size, dim) => size * evaluate(dim, sizes), 1);
}
