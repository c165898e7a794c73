import * as tf from '@tensorflow/tfjs';
import { expandAdjoint } from '../graph/adjoints.ts';
import { GraphBuilder } from '../graph/builder.ts';
import type { Attribute, Graph, GraphNode, Operator } from '../graph/graph.ts';
import { withoutJets } from '../graph/jets/operators.ts';

const expanded = new WeakMap<Graph, Graph>();

/** The graph with those operators of derived graphs spelled out that standard operators can spell. */
export function withoutAdjoints(graph: Graph): Graph {
  let spelled = expanded.get(graph);
  if (!spelled) {
    const unstacked = withoutJets(graph);
    const builder = GraphBuilder.from(unstacked, { withNodes: false, namespace: 'spelled/' });
    for (const node of unstacked.nodes) if (!expandAdjoint(builder, node)) builder.copy(node, unstacked.values);
    expanded.set(graph, spelled = builder.build(graph.outputs));
  }
  return spelled;
}

/**
 * The other adjoints: tfjs differentiates the operators that they belong to.
 * @param forward runs an operator with the node's attributes
 * @throws RangeError for operators that are not known
 */
export function adjoint(
  { operator, attributes }: GraphNode, [first, second]: readonly tf.Tensor[], shape: (dims: Attribute) => number[],
  forward: (operator: Operator, inputs: tf.Tensor[]) => tf.Tensor,
): tf.Tensor {
  const pulledBack = (f: (x: tf.Tensor) => tf.Tensor, gradient: tf.Tensor) => tf.grad(f)(tf.zeros(shape(attributes.shape)), gradient);
  switch (operator) {
    case 'ConvInputGradient': return pulledBack((x) => forward('Conv', [x, second]), first);
    case 'ConvWeightGradient': return pulledBack((weight) => forward('Conv', [first, weight]), second);
    case 'AveragePoolGradient': return pulledBack((x) => forward('AveragePool', [x]), first);
    case 'ScatterAdd': return tf.unsortedSegmentSum(second, first as tf.Tensor1D, shape(attributes.shape)[0]);
    default: throw new RangeError(`tfjs does not know operator ${operator}.`);
  }
}
