import { product, type Dim } from '../../../graph/dims.ts';
import type { GraphNode, Operator } from '../../../graph/graph.ts';
import { depthwiseKernelSizes, depthwiseStrides } from '../../wasm/kernels/depthwise.ts';
import type { Emitter } from './elementwise.ts';
import type { Planner } from './planner.ts';
import type { Frame, Storage } from './steps.ts';

/** Sizes that every window kernel takes, for maps [batch, channels, height, width]. */
function geometry(input: readonly Dim[], output: readonly Dim[]): (frame: Frame) => number[] {
  const [batch, , height, width] = input;
  const [, , outHeight, outWidth] = output;
  return ({ channels, size }) => [channels, size(height), size(width), size(outHeight), size(outWidth), size(batch)];
}

/** Room for one channel with its border, of the larger of the two maps. */
function paddedChannel(map: readonly Dim[], border: number): (size: (dim: Dim) => number) => number {
  const [batch, , height, width] = map;
  return (size) => (size(height) + 2 * border) * (size(width) + 2 * border) * size(batch);
}

type ConvolutionKind = 'pointwise' | 'depthwise' | 'dense';

function kindOf({ attributes }: GraphNode): ConvolutionKind | undefined {
  const [kernelSize, stride] = [Number(attributes.kernelSize), Number(attributes.stride)];
  if (attributes.dilation !== undefined || attributes.pads !== undefined) return undefined;
  if (!attributes.depthwise) return kernelSize === 1 && stride === 1 ? 'pointwise' : 'dense';
  const known = (depthwiseKernelSizes as readonly number[]).includes(kernelSize) && (depthwiseStrides as readonly number[]).includes(stride);
  return known ? 'depthwise' : undefined;
}

const suffix = ({ attributes }: GraphNode) => `K${attributes.kernelSize}S${attributes.stride}`;

/** Columns of a dense convolution as a matrix product: every tap of the window of every output position. */
function unfolded(planner: Planner, node: GraphNode, map: Storage, input: readonly Dim[], output: readonly Dim[]): { columns: Storage; taps: Dim } {
  const { kernelSize, stride } = node.attributes as Record<string, number>;
  const [batch, channels] = input;
  const taps = product(channels, kernelSize * kernelSize);
  const columns = planner.temporary(taps, batch, output[2], output[3]);
  const sizes = geometry(input, output);
  planner.whole([map], [columns], (frame) => frame.kernels.unfold(
    frame.address(map), frame.address(columns), frame.scratch, frame.size(channels), ...sizes(frame).slice(1), kernelSize, stride,
  ), paddedChannel(input, kernelSize));
  return { columns, taps };
}

const conv: Emitter = (node, planner) => {
  const kind = kindOf(node);
  const [xName, weightName, biasName] = node.inputs;
  const [output] = node.outputs;
  if (!kind) return false;
  const [inDims, outDims] = [planner.dims(xName), planner.dims(output)];
  const x = planner.read(xName, 'batchLast');
  const weight = planner.read(weightName, 'declared');
  const bias = biasName === undefined ? undefined : planner.read(biasName, 'declared');
  const [batch, channels, height, width] = outDims;
  const perChannel = product(batch, height, width);
  const result = planner.write(output, 'batchLast');
  const unbiased = bias ? planner.temporary(...outDims) : result;
  if (kind === 'pointwise') {
    planner.product(weight, x, unbiased, { m: channels, n: perChannel, k: inDims[1] });
  } else if (kind === 'dense') {
    const { columns, taps } = unfolded(planner, node, x, inDims, outDims);
    planner.product(weight, columns, unbiased, { m: channels, n: perChannel, k: taps });
  } else {
    const sizes = geometry(inDims, outDims);
    planner.channelwise(channels, [x, weight], [unbiased], (frame) => frame.kernels[`depthwise${suffix(node)}`](
      frame.address(x), frame.address(weight), frame.address(unbiased), frame.scratch, ...sizes(frame)), paddedChannel(inDims, Number(node.attributes.kernelSize)));
  }
  if (bias) {
    planner.channelwise(channels, [unbiased, bias], [result], ({ kernels, address, channels: count, size }) =>
      kernels.addRows(address(unbiased), address(bias), address(result), count, size(perChannel)));
  }
  return true;
};

const convInputGradient: Emitter = (node, planner) => {
  const kind = kindOf(node);
  if (!kind) return false;
  const [gradientName, weightName] = node.inputs;
  const [inDims, outDims] = [planner.dims(node.outputs[0]), planner.dims(gradientName)];
  const gradient = planner.read(gradientName, 'batchLast');
  const weight = planner.read(weightName, 'declared');
  const dx = planner.write(node.outputs[0], 'batchLast');
  const [batch, channels, height, width] = inDims;
  const outputs = outDims[1];
  const sizes = geometry(inDims, outDims);
  if (kind === 'pointwise') {
    planner.product(weight, gradient, dx, { m: channels, n: product(batch, height, width), k: outputs, transA: true });
  } else if (kind === 'dense') {
    const { kernelSize, stride } = node.attributes as Record<string, number>;
    const taps = product(channels, kernelSize * kernelSize);
    const positions = product(batch, outDims[2], outDims[3]);
    const columns = planner.temporary(taps, positions);
    planner.product(weight, gradient, columns, { m: taps, n: positions, k: outputs, transA: true });
    planner.whole([columns], [dx], (frame) => frame.kernels.fold(
      frame.address(dx), frame.address(columns), frame.scratch, frame.size(channels), ...sizes(frame).slice(1), kernelSize, stride,
    ), paddedChannel(inDims, kernelSize));
  } else {
    planner.channelwise(channels, [gradient, weight], [dx], (frame) => frame.kernels[`depthwiseInputGradient${suffix(node)}`](
      frame.address(gradient), frame.address(weight), frame.address(dx), frame.scratch, ...sizes(frame)), paddedChannel(inDims, Number(node.attributes.kernelSize)));
  }
  return true;
};

const convWeightGradient: Emitter = (node, planner) => {
  const kind = kindOf(node);
  if (!kind) return false;
  const [xName, gradientName] = node.inputs;
  const [inDims, outDims] = [planner.dims(xName), planner.dims(gradientName)];
  const x = planner.read(xName, 'batchLast');
  const gradient = planner.read(gradientName, 'batchLast');
  const [batch, channels, height, width] = outDims;
  const positions = product(batch, height, width);
  const weightGradient = planner.write(node.outputs[0], 'declared');
  if (kind === 'pointwise') {
    planner.product(gradient, x, weightGradient, { m: channels, n: inDims[1], k: positions, transB: true });
  } else if (kind === 'dense') {
    const { columns, taps } = unfolded(planner, node, x, inDims, outDims);
    planner.product(gradient, columns, weightGradient, { m: channels, n: taps, k: positions, transB: true });
  } else {
    const sizes = geometry(inDims, outDims);
    planner.channelwise(channels, [x, gradient], [weightGradient], (frame) => frame.kernels[`depthwiseWeightGradient${suffix(node)}`](
      frame.address(x), frame.address(gradient), frame.address(weightGradient), frame.scratch, ...sizes(frame)), paddedChannel(inDims, Number(node.attributes.kernelSize)));
  }
  return true;
};

const averagePool: Emitter = (node, planner) => {
  const [inDims, outDims] = [planner.dims(node.inputs[0]), planner.dims(node.outputs[0])];
  const x = planner.read(node.inputs[0], 'batchLast');
  const y = planner.write(node.outputs[0], 'batchLast');
  const sizes = geometry(inDims, outDims);
  planner.channelwise(inDims[1], [x], [y], (frame) => frame.kernels.averagePool(
    frame.address(x), frame.address(y), frame.scratch, ...sizes(frame), Number(node.attributes.oddSize)), paddedChannel(inDims, 1));
  return true;
};

const averagePoolGradient: Emitter = (node, planner) => {
  const [inDims, outDims] = [planner.dims(node.outputs[0]), planner.dims(node.inputs[0])];
  const gradient = planner.read(node.inputs[0], 'batchLast');
  const dx = planner.write(node.outputs[0], 'batchLast');
  const sizes = geometry(inDims, outDims);
  planner.channelwise(inDims[1], [gradient], [dx], (frame) => frame.kernels.averagePoolGradient(
    frame.address(gradient), frame.address(dx), ...sizes(frame), Number(node.attributes.oddSize)));
  return true;
};

export const mapEmitters: Readonly<Partial<Record<Operator, Emitter>>> = {
  Conv: conv,
  ConvInputGradient: convInputGradient,
  ConvWeightGradient: convWeightGradient,
  AveragePool: averagePool,
  AveragePoolGradient: averagePoolGradient,
};
