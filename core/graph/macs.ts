import { evaluate, product, type Dim, type DimValues } from './dims.ts';
import { valueOf, type Graph, type GraphNode } from './graph.ts';

/**
 * Multiply-accumulates of a graph's matrix products and convolutions, derived graphs included: what has to be computed, padded
 * positions among it, whatever an engine does beyond.
 * @param sizes of all symbols
 */
export function graphMacs(graph: Graph, sizes: DimValues): number {
  return graph.nodes.reduce((sum, node) => sum + nodeMacs(graph, node, sizes), 0);
}

function nodeMacs(graph: Graph, { operator, inputs, outputs, attributes }: GraphNode, sizes: DimValues): number {
  const dims = (name: string) => valueOf(graph, name).dims;
  const count = (of: readonly Dim[]) => evaluate(product(...of), sizes);
  const results = () => count(dims(outputs[0]));
  switch (operator) {
    case 'MatMul':
    case 'Gemm':
      return results() * count(dims(inputs[0]).slice(-1));
    case 'JetMatMul': {
      // A product of derivatives for each pair of orders whose sum is wanted.
      const components = Number(attributes.components);
      return results() * count(dims(inputs[0]).slice(-1)) * (components + 1) / 2;
    }
    case 'Conv':
      return results() * count(dims(inputs[1]).slice(1));
    case 'ConvInputGradient':
      return count(dims(inputs[0])) * count(dims(inputs[1]).slice(1));
    case 'ConvWeightGradient':
      return count(dims(inputs[1])) * count(dims(outputs[0]).slice(1));
    default:
      return 0;
  }
}
