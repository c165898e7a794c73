import { GraphBuilder } from '../../graph/builder.ts';
import type { Graph, GraphNode } from '../../graph/graph.ts';
import { prepareForOrt } from '../ort/prepare.ts';

/** Respells a graph for ONNX Runtime's WebGPU provider: operators that it lacks, and those that it does badly. */
export function prepareForWebGpu(graph: Graph): Graph {
  return rewritten(prepareForOrt(rewritten(graph, spellMissing, 'webgpu/')), splitReduction, 'split/');
}

/** Appends nodes that yield a node's outputs, or says that the node may stay. */
type Rewrite = (builder: GraphBuilder, node: GraphNode) => boolean;

function rewritten(graph: Graph, rewrite: Rewrite, namespace: string): Graph {
  const builder = GraphBuilder.from(graph, { withNodes: false, namespace });
  for (const node of graph.nodes) {
    if (!rewrite(builder, node)) builder.copy(node, graph.values);
  }
  return builder.build(graph.outputs);
}

/** What version 1.30 has no kernel for. */
const spellMissing: Rewrite = (builder, node) => {
  if (node.operator === 'ReluGradient') return reluGradient(builder, node);
  if (node.operator === 'BatchNormalization' && node.attributes.training === 1) return batchStatistics(builder, node);
  return false;
};

/** The provider has no Sign. A ramp this steep is one for every positive number of a network. */
function reluGradient(builder: GraphBuilder, { inputs: [gradient, x], outputs }: GraphNode): boolean {
  const positive = builder.add('HardSigmoid', [x], { alpha: 2 ** 60, beta: 0 });
  builder.add('Mul', [gradient, positive], {}, outputs[0]);
  return true;
}

/** Batch norm with the batch's own statistics, Ioffe and Szegedy 2015, algorithm 1. */
function batchStatistics(builder: GraphBuilder, { inputs: [x, scale, bias], outputs, attributes }: GraphNode): boolean {
  const channelMap = [1, builder.dims(scale)[0], 1, 1];
  const asMap = (name: string) => builder.reshape(name, channelMap);
  const over = { axes: [0, 2, 3], keepDims: 0 };
  const mean = builder.add('ReduceMean', [x], over, outputs[1]);
  const centred = builder.minus(x, asMap(mean));
  const variance = builder.add('ReduceMean', [builder.mul(centred, centred)], over, outputs[2]);
  const deviation = builder.add('Sqrt', [builder.plus(variance, Number(attributes.epsilon))]);
  builder.add('Add', [builder.mul(centred, asMap(builder.div(scale, deviation))), asMap(bias)], {}, outputs[0]);
  return true;
}

/** A reduction runs on as many workgroups as it has results: one over images and maps goes map by map first. */
const splitReduction: Rewrite = (builder, { operator, inputs, outputs, attributes }) => {
  const axes = attributes.axes as readonly number[] | undefined;
  if ((operator !== 'ReduceSum' && operator !== 'ReduceMean') || axes === undefined || axes.length < 2 || axes[0] !== 0) return false;
  if (axes[1] === 1) return false;
  const maps = builder.add(operator, inputs, { axes: axes.slice(1), keepDims: attributes.keepDims });
  builder.add(operator, [maps], { axes: [0], keepDims: attributes.keepDims }, outputs[0]);
  return true;
};
