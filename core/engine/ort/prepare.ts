import { expandAdjoint } from '../../graph/adjoints.ts';
import { GraphBuilder } from '../../graph/builder.ts';
import { product, strided, type Dim } from '../../graph/dims.ts';
import type { Graph, GraphNode } from '../../graph/graph.ts';
import { withoutJets } from '../../graph/jets/operators.ts';
import { windowPads } from '../../graph/shapes.ts';

/**
 * Respells a graph for ONNX Runtime: operators of derived graphs become operators that it has, and operators whose kernels
 * are slow there are replaced by faster equivalents. Exports never see this.
 */
export function prepareForOrt(given: Graph): Graph {
  const graph = withoutJets(given);
  const builder = GraphBuilder.from(graph, { withNodes: false, namespace: 'ort/' });
  for (const node of graph.nodes) {
    if (respell(builder, node) === undefined && !expandAdjoint(builder, node)) builder.copy(node, graph.values);
  }
  return builder.build(graph.outputs);
}

function respell(builder: GraphBuilder, node: GraphNode): string | undefined {
  switch (node.operator) {
    case 'HardSwish':
      // Its kernel in ONNX Runtime 1.30 is scalar code, some 15 times slower than these two.
      return builder.add('Mul', [node.inputs[0], builder.add('HardSigmoid', [node.inputs[0]])], {}, node.outputs[0]);
    case 'ConvInputGradient':
      return isPointwise(node) ? pointwiseInputGradient(builder, node) : convInputGradient(builder, node);
    case 'ConvWeightGradient':
      if (isPointwise(node)) return pointwiseWeightGradient(builder, node);
      return node.attributes.depthwise ? depthwiseWeightGradient(builder, node) : denseWeightGradient(builder, node);
    case 'AveragePoolGradient':
      return averagePoolGradient(builder, node);
    default:
      return undefined;
  }
}

function isPointwise({ attributes }: GraphNode): boolean {
  return attributes.kernelSize === 1 && attributes.stride === 1 && !attributes.depthwise && !attributes.pads;
}

function pointwiseInputGradient(builder: GraphBuilder, node: GraphNode): string {
  const [gradient, weight] = node.inputs;
  const swapped = builder.transpose(weight, [1, 0, 2, 3]);
  return builder.add('Conv', [gradient, swapped], { stride: 1, kernelSize: 1, depthwise: 0, oddSize: 0 }, node.outputs[0]);
}

/** One matrix product over all positions of the batch, which is why both sides are brought to two dimensions first. */
function pointwiseWeightGradient(builder: GraphBuilder, node: GraphNode): string {
  const [x, gradient] = node.inputs;
  const [outputs, inputs] = node.attributes.shape as Dim[];
  const product = builder.add('MatMul', [
    builder.reshape(builder.transpose(gradient, [1, 0, 2, 3]), [outputs, -1]),
    builder.reshape(builder.transpose(x, [0, 2, 3, 1]), [-1, inputs]),
  ]);
  return builder.add('Reshape', [product], { shape: node.attributes.shape }, node.outputs[0]);
}

/** Stride 1: convolution with the kernel turned by 180 degrees. Other strides and pads of one's own: transposed convolution. */
function convInputGradient(builder: GraphBuilder, node: GraphNode): string {
  const [gradient, weight] = node.inputs;
  const { stride, kernelSize, depthwise, oddSize, pads } = node.attributes;
  const shape = node.attributes.shape as Dim[];
  if (pads) return builder.add('ConvTranspose', [gradient, weight], { stride, kernelSize, depthwise, pads, outputPadding: 0, shape }, node.outputs[0]);
  if (stride === 1 && depthwise) {
    const size = Number(kernelSize) ** 2;
    const dims = builder.dims(weight);
    const flat = builder.reshape(weight, [dims[0], size]);
    const turned = builder.add('Slice', [flat], { starts: [size - 1], ends: [-size - 1], axes: [1], steps: [-1], shape: [dims[0], size] });
    return builder.add('Conv', [gradient, builder.reshape(turned, dims)], { stride: 1, kernelSize, depthwise: 1, shape }, node.outputs[0]);
  }
  const outputPadding = stride === 2 && !oddSize ? 1 : 0;
  return builder.add('ConvTranspose', [gradient, weight], { stride, kernelSize, depthwise, outputPadding, shape }, node.outputs[0]);
}

/** Every channel of every image is a group whose kernel is the arriving gradient, dilated by the stride. */
function depthwiseWeightGradient(builder: GraphBuilder, node: GraphNode): string {
  const [x, gradient] = node.inputs;
  const kernelSize = Number(node.attributes.kernelSize);
  const [batch, channels, height, width] = builder.dims(x);
  const [, , outHeight, outWidth] = builder.dims(gradient);
  const groups = product(batch, channels);
  const flatX = builder.reshape(x, [1, groups, height, width]);
  const flatGradient = builder.reshape(gradient, [groups, 1, outHeight, outWidth]);
  const perImage = builder.add('Conv', [flatX, flatGradient], {
    stride: 1, dilation: node.attributes.stride, depthwise: 1, pads: weightGradientPads(node), shape: [1, groups, kernelSize, kernelSize],
  });
  const split = builder.reshape(perImage, [batch, channels, kernelSize * kernelSize]);
  return builder.add('Reshape', [builder.sum(split, [0], false)], { shape: node.attributes.shape }, node.outputs[0]);
}

/** As above with images in the place of input channels: both sides swap their first two axes. */
function denseWeightGradient(builder: GraphBuilder, node: GraphNode): string {
  const [x, gradient] = node.inputs;
  const kernelSize = Number(node.attributes.kernelSize);
  const swappedX = builder.transpose(x, [1, 0, 2, 3]);
  const swappedGradient = builder.transpose(gradient, [1, 0, 2, 3]);
  const swapped = builder.add('Conv', [swappedX, swappedGradient], {
    stride: 1, dilation: node.attributes.stride, depthwise: 0, pads: weightGradientPads(node),
    shape: [builder.dims(x)[1], builder.dims(gradient)[1], kernelSize, kernelSize],
  });
  return builder.add('Transpose', [swapped], { permutation: [1, 0, 2, 3] }, node.outputs[0]);
}

/** The last row and column of an even map never meet the last kernel row when the stride is 2. */
function weightGradientPads(node: GraphNode): readonly number[] {
  if (node.attributes.pads) return windowPads(node.attributes);
  const padding = Math.floor(Number(node.attributes.kernelSize) / 2);
  const end = node.attributes.stride === 2 && !node.attributes.oddSize ? padding - 1 : padding;
  return [padding, padding, end, end];
}

/** Each of a window's four positions gets a quarter; an odd map had one row and column of padding in front. */
function averagePoolGradient(builder: GraphBuilder, node: GraphNode): string {
  const [gradient] = node.inputs;
  const shape = node.attributes.shape as Dim[];
  const [batch, channels, height, width] = shape;
  const [rows, columns] = [strided(height, 2), strided(width, 2)];
  const quarter = builder.reshape(builder.mul(gradient, 0.25), [batch, channels, rows, 1, columns, 1]);
  const doubled = builder.add('Expand', [quarter], { shape: [batch, channels, rows, 2, columns, 2] });
  const padded = [batch, channels, product(rows, 2), product(columns, 2)];
  if (!node.attributes.oddSize) return builder.add('Reshape', [doubled], { shape }, node.outputs[0]);
  const whole = builder.reshape(doubled, padded);
  return builder.add('Slice', [whole], {
    starts: [1, 1], ends: [2 ** 31 - 1, 2 ** 31 - 1], axes: [2, 3], steps: [1, 1], shape,
  }, node.outputs[0]);
}
