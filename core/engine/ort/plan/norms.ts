import { product, type Dim } from '../../../graph/dims.ts';
import type { GraphNode, Operator } from '../../../graph/graph.ts';
import { elementwiseEmitters, type Emitter } from './elementwise.ts';
import type { Planner } from './planner.ts';
import type { Storage } from './steps.ts';

const perChannelOf = ([batch, , ...rest]: readonly Dim[]) => product(batch, ...rest);

/** With statistics of the batch (outputs 1 and 2 get them), or with given ones. */
const batchNormalization: Emitter = (node, planner) => {
  const dims = planner.dims(node.inputs[0]);
  if (dims.length < 2) return false;
  const epsilon = Number(node.attributes.epsilon);
  const perChannel = perChannelOf(dims);
  const x = planner.read(node.inputs[0], 'batchLast');
  const [scale, bias] = node.inputs.slice(1, 3).map((name) => planner.read(name, 'declared'));
  const fromBatch = node.attributes.training === 1;
  const [mean, variance] = fromBatch
    ? node.outputs.slice(1).map((name) => planner.write(name, 'declared'))
    : node.inputs.slice(3).map((name) => planner.read(name, 'declared'));
  const y = planner.write(node.outputs[0], 'batchLast');
  if (fromBatch) planStatistics(planner, x, { mean, variance }, dims[1], perChannel);
  const inputs = [x, mean, variance, scale, bias];
  planner.channelwise(dims[1], inputs, [y], ({ kernels, address, channels, size }) =>
    kernels.batchNorm(...inputs.map(address), address(y), channels, size(perChannel), epsilon));
  return true;
};

/** Mean and biased variance of each channel, over the images of all who share the batch. */
function planStatistics(planner: Planner, x: Storage, of: { mean: Storage; variance: Storage }, channels: Dim, perChannel: Dim): void {
  const own = planner.sharesBatch ? { mean: planner.temporary(channels), variance: planner.temporary(channels) } : of;
  planner.channelwise(channels, [x], [own.mean, own.variance], ({ kernels, address, channels: some, size }) =>
    kernels.batchStatistics(address(x), address(own.mean), address(own.variance), some, size(perChannel)));
  if (!planner.sharesBatch) return;
  planner.whole([own.mean, own.variance], [of.mean, of.variance], ({ address, copy, view, peers, size }) => {
    const count = size(channels);
    copy(address(own.mean), address(of.mean), count);
    copy(address(own.variance), address(of.variance), count);
    peers!.combineStatistics(view(address(of.mean), count), view(address(of.variance), count));
  });
}

/** Where the norm's output only went through a hard-swish, both are differentiated at once. */
const batchNormalizationGradient: Emitter = (node, planner) => {
  const dims = planner.dims(node.inputs[0]);
  if (dims.length < 2) return false;
  const epsilon = Number(node.attributes.epsilon);
  const perChannel = perChannelOf(dims);
  const activation = followingHardSwish(node, planner);
  const gradient = planner.read(activation?.gradient ?? node.inputs[0], 'batchLast');
  const x = planner.read(node.inputs[1], 'batchLast');
  const [scale, mean, variance] = node.inputs.slice(2).map((name) => planner.read(name, 'declared'));
  // The bias matters only where an activation follows.
  const bias = activation ? planner.read(activation.bias, 'declared') : scale;
  const dx = planner.write(node.outputs[0], 'batchLast');
  const [dScale, dBias] = node.outputs.slice(1).map((name) => planner.write(name, 'declared'));
  const inputs = [gradient, x, mean, variance, scale, bias];
  if (planner.sharesBatch) {
    planSharedGradient(planner, inputs, { dx, dScale, dBias, activated: activation !== undefined }, dims, epsilon);
    return true;
  }
  const kernel = activation ? 'batchNormHardSwishGradient' : 'batchNormGradient';
  planner.channelwise(dims[1], inputs, [dx, dScale, dBias], ({ kernels, address, channels, size }) =>
    kernels[kernel](...inputs.map(address), address(dx), address(dScale), address(dBias), channels, size(perChannel), epsilon));
  return true;
};

/**
 * In two walks, because the input's gradient needs the sums of all who share the batch. The parameters' gradients stay
 * those of this share.
 */
function planSharedGradient(
  planner: Planner, inputs: readonly Storage[], to: { dx: Storage; dScale: Storage; dBias: Storage; activated: boolean },
  dims: readonly Dim[], epsilon: number,
): void {
  const { dx, dScale, dBias, activated } = to;
  const [gradient, x, mean, variance, scale] = inputs;
  const [channels, perChannel] = [dims[1], perChannelOf(dims)];
  const [sumScale, sumBias] = [planner.temporary(channels), planner.temporary(channels)];
  const before = activated ? planner.temporary(...dims) : gradient;
  const sums = activated ? [before, dScale, dBias] : [dScale, dBias];
  planner.channelwise(channels, inputs, sums, ({ kernels, address, channels: some, size }) =>
    kernels[activated ? 'batchNormHardSwishGradientSums' : 'batchNormGradientSums'](
      ...inputs.map(address), address(before), address(dScale), address(dBias), some, size(perChannel), epsilon));
  planner.whole([dScale, dBias], [sumScale, sumBias], ({ address, copy, view, peers, size }) => {
    const count = size(channels);
    const sums = [[dScale, sumScale], [dBias, sumBias]].map(([own, sum]) => {
      copy(address(own), address(sum), count);
      return view(address(sum), count);
    });
    peers!.sum(...sums);
  });
  const known = [before, x, mean, variance, scale, sumScale, sumBias];
  planner.channelwise(channels, known, [dx], ({ kernels, address, channels: some, peers, size }) =>
    kernels.batchNormGradientFromSums(
      ...known.map(address), address(dx), some, size(perChannel), size(perChannel) * peers!.batchFactor, epsilon));
}

/** The gradient behind the hard-swish that follows a norm, and the norm's bias. */
function followingHardSwish(node: GraphNode, planner: Planner): { gradient: string; bias: string } | undefined {
  const [arriving, x, scale, mean, variance] = node.inputs;
  const activation = planner.producer(arriving);
  if (activation?.operator !== 'HardSwishGradient') return undefined;
  const [gradient, output] = activation.inputs;
  const norm = planner.producer(output);
  if (norm?.operator !== 'BatchNormalization' || norm.attributes.training === 1) return undefined;
  const [normX, normScale, bias, normMean, normVariance] = norm.inputs;
  const isSame = normX === x && normScale === scale && normMean === mean && normVariance === variance;
  return isSame && norm.attributes.epsilon === node.attributes.epsilon ? { gradient, bias } : undefined;
}

/** A batch norm and the activation after it in one walk. */
const hardSwish: Emitter = (node, planner) => {
  const [input] = node.inputs;
  const norm = planner.producer(input);
  const dims = planner.dims(input);
  if (norm?.operator !== 'BatchNormalization' || dims.length < 2) return elementwiseEmitters.HardSwish!(node, planner);
  const epsilon = Number(norm.attributes.epsilon);
  const perChannel = perChannelOf(dims);
  const [mean, variance] = norm.attributes.training === 1 ? norm.outputs.slice(1) : norm.inputs.slice(3);
  const [xName, scale, bias] = norm.inputs;
  const inputs = [planner.read(xName, 'batchLast'), ...[mean, variance, scale, bias].map((name) => planner.read(name, 'declared'))];
  const y = planner.write(node.outputs[0], 'batchLast');
  planner.channelwise(dims[1], inputs, [y], ({ kernels, address, channels, size }) =>
    kernels.batchNormHardSwish(...inputs.map(address), address(y), channels, size(perChannel), epsilon));
  return true;
};

/** Scale and bias of a layer norm over [channels, ...]: one number for each element, or one for each channel. */
function elementParameters(planner: Planner, names: readonly string[], channels: Dim): { storages: Storage[]; perChannel: boolean } {
  const sources = names.map((name) => planner.viewOf(name)).map((view) => (view?.kind === 'spread' ? view.source : undefined));
  const perChannel = sources.every((source) => source !== undefined && planner.dims(source)[0] === channels);
  return { perChannel, storages: names.map((name, i) => planner.read(perChannel ? sources[i]! : name, 'declared')) };
}

/** Over everything but the batch: with the batch last, an image is a column of a matrix. */
const layerNormalization: Emitter = (node, planner) => {
  const dims = planner.dims(node.inputs[0]);
  const [batch, channels, ...rest] = dims;
  const rows = product(...dims.slice(1));
  if (node.attributes.axis !== 1 || node.inputs.slice(1).some((name) => product(...planner.dims(name)) !== rows)) return false;
  const epsilon = Number(node.attributes.epsilon);
  const x = planner.read(node.inputs[0], 'batchLast');
  const { storages: [scale, bias], perChannel } = elementParameters(planner, node.inputs.slice(1), channels);
  const shape = perChannel ? [channels, product(...rest)] : [rows, 1];
  const y = planner.write(node.outputs[0], 'batchLast');
  const [mean, inverse] = node.outputs.slice(1).map((name) => planner.write(name, 'batchLast'));
  planner.whole([x, scale, bias], [y, mean, inverse], ({ kernels, address, size }) => {
    kernels.columnStatistics(address(x), address(mean), address(inverse), size(rows), size(batch), epsilon);
    kernels.normaliseColumns(...[x, mean, inverse, scale, bias, y].map(address), ...shape.map(size), size(batch));
  });
  return true;
};

const layerNormalizationGradient: Emitter = (node, planner) => {
  const [gradientName, xName, scaleName, ...statistics] = node.inputs;
  const [batch, channels, ...rest] = planner.dims(gradientName);
  const rows = product(channels, ...rest);
  if (node.attributes.axis !== 1 || product(...planner.dims(scaleName)) !== rows) return false;
  const [gradient, x] = [gradientName, xName].map((name) => planner.read(name, 'batchLast'));
  const { storages: [scale], perChannel } = elementParameters(planner, [scaleName], channels);
  const shape = perChannel ? [channels, product(...rest)] : [rows, 1];
  const [mean, inverse] = statistics.map((name) => planner.read(name, 'batchLast'));
  const dx = planner.write(node.outputs[0], 'batchLast');
  const [dScale, dBias] = node.outputs.slice(1).map((name) => planner.write(name, 'declared'));
  const [inputs, outputs] = [[gradient, x, mean, inverse, scale], [dx, dScale, dBias]];
  planner.whole(inputs, outputs, ({ kernels, address, size, scratch }) =>
    kernels.columnGradient(...inputs.map(address), ...outputs.map(address), scratch, ...shape.map(size), size(batch)),
  (size) => 2 * size(batch));
  return true;
};

export const normEmitters: Readonly<Partial<Record<Operator, Emitter>>> = {
  BatchNormalization: batchNormalization,
  BatchNormalizationGradient: batchNormalizationGradient,
  HardSwish: hardSwish,
  LayerNormalization: layerNormalization,
  LayerNormalizationGradient: layerNormalizationGradient,
};
