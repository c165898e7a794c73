import type { Dim } from '../../core/graph/dims.ts';
import type { GraphNode } from '../../core/graph/graph.ts';
import { erf, sizeOf, type ExactTensor } from './exact.ts';

type ShapeOf = (dims: readonly Dim[]) => number[];

/** Operators of derived graphs in double precision: each the transposed derivative of its operator, with plain loops. */
export function computeAdjoint(node: GraphNode, inputs: readonly ExactTensor[], shapeOf: ShapeOf): ExactTensor[] {
  const { operator, attributes } = node;
  const [first, second] = inputs;
  const shape = () => shapeOf(attributes.shape as Dim[]);
  switch (operator) {
    case 'ReluGradient': return [sloped(first, second, (x) => (x > 0 ? 1 : 0))];
    case 'HardSigmoidGradient': {
      const { alpha = 1 / 6, beta = 0.5 } = attributes as Record<string, number>;
      return [sloped(first, second, (x) => (alpha * x + beta > 0 && alpha * x + beta < 1 ? alpha : 0))];
    }
    case 'HardSwishGradient': return [sloped(first, second, (x) => (x <= -3 ? 0 : x >= 3 ? 1 : x / 3 + 0.5))];
    case 'GeluGradient':
      return [sloped(first, second, (x) => (1 + erf(x / Math.SQRT2)) / 2 + x * Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI))];
    case 'SoftmaxGradient': return [softmaxGradient(first, second)];
    case 'BatchNormalizationGradient': return batchNormalizationGradient(inputs, Number(attributes.epsilon));
    case 'LayerNormalizationGradient': return layerNormalizationGradient(inputs, attributes.axis as number);
    case 'ConvInputGradient': {
      const gradient = zeros(shape());
      taps(node, gradient.shape, second.shape, first.shape, (x, weight, y) => { gradient.data[x] += second.data[weight] * first.data[y]; });
      return [gradient];
    }
    case 'ConvWeightGradient': {
      const gradient = zeros(shape());
      taps(node, first.shape, gradient.shape, second.shape, (x, weight, y) => { gradient.data[weight] += first.data[x] * second.data[y]; });
      return [gradient];
    }
    case 'AveragePoolGradient': return [averagePoolGradient(first, shape())];
    case 'ScatterAdd': {
      const sum = zeros(shape());
      const row = sizeOf(sum.shape.slice(1));
      for (let i = 0; i < second.data.length; i++) sum.data[first.data[Math.floor(i / row)] * row + i % row] += second.data[i];
      return [sum];
    }
    default: throw new Error(`The exact evaluator does not know ${operator}.`);
  }
}

function zeros(shape: readonly number[]): { shape: readonly number[]; data: Float64Array } {
  return { shape, data: new Float64Array(sizeOf(shape)) };
}

function sloped(gradient: ExactTensor, x: ExactTensor, slope: (x: number) => number): ExactTensor {
  return { shape: x.shape, data: Float64Array.from(x.data, (value, i) => gradient.data[i] * slope(value)) };
}

function softmaxGradient(gradient: ExactTensor, y: ExactTensor): ExactTensor {
  const result = zeros(y.shape);
  const length = y.shape[y.shape.length - 1];
  for (let start = 0; start < y.data.length; start += length) {
    for (let i = start; i < start + length; i++) {
      for (let j = start; j < start + length; j++) result.data[i] += gradient.data[j] * y.data[i] * (Number(i === j) - y.data[j]);
    }
  }
  return result;
}

function batchNormalizationGradient([gradient, x, scale, mean, variance]: readonly ExactTensor[], epsilon: number): ExactTensor[] {
  const channels = x.shape[1];
  const plane = x.shape[2] * x.shape[3];
  const channelOf = (i: number) => Math.floor(i / plane) % channels;
  const deviation = Array.from({ length: channels }, (_, c) => Math.sqrt(variance.data[c] + epsilon));
  const normalised = Float64Array.from(x.data, (value, i) => (value - mean.data[channelOf(i)]) / deviation[channelOf(i)]);
  const [input, ofScale, ofBias] = [zeros(x.shape), zeros([channels]), zeros([channels])];
  normalised.forEach((n, i) => {
    ofScale.data[channelOf(i)] += gradient.data[i] * n;
    ofBias.data[channelOf(i)] += gradient.data[i];
  });
  const count = x.shape[0] * plane;
  normalised.forEach((n, i) => {
    const c = channelOf(i);
    input.data[i] = scale.data[c] / deviation[c] * (gradient.data[i] - ofBias.data[c] / count - n * ofScale.data[c] / count);
  });
  return [input, ofScale, ofBias];
}

function layerNormalizationGradient([gradient, x, scale, mean, inverse]: readonly ExactTensor[], axis: number): ExactTensor[] {
  const inner = sizeOf(x.shape.slice(axis));
  const [input, ofScale, ofBias] = [zeros(x.shape), zeros(x.shape.slice(axis)), zeros(x.shape.slice(axis))];
  for (let group = 0; group < mean.data.length; group++) {
    const normalised = Array.from({ length: inner }, (_, i) => (x.data[group * inner + i] - mean.data[group]) * inverse.data[group]);
    const arriving = normalised.map((_, i) => gradient.data[group * inner + i]);
    const scaled = arriving.map((g, i) => g * scale.data[i]);
    const average = scaled.reduce((a, b) => a + b) / inner;
    const along = scaled.reduce((sum, s, i) => sum + s * normalised[i], 0) / inner;
    normalised.forEach((n, i) => {
      input.data[group * inner + i] = (scaled[i] - average - n * along) * inverse.data[group];
      ofScale.data[i] += arriving[i] * n;
      ofBias.data[i] += arriving[i];
    });
  }
  return [input, ofScale, ofBias];
}

/** Visits every product of an input and a weight in a convolution, with the output that it is added to. */
function taps(
  { attributes }: GraphNode, xShape: readonly number[], weightShape: readonly number[], yShape: readonly number[],
  visit: (x: number, weight: number, y: number) => void,
): void {
  const stride = Number(attributes.stride);
  const [outputs, inputs, size] = weightShape;
  const [batch, channels, height, width] = xShape;
  const [, , rows, columns] = yShape;
  const same = (size - 1) / 2;
  const [top, left] = attributes.pads as number[] | undefined ?? [same, same];
  for (let y = 0; y < batch * outputs * rows * columns; y++) {
    const [column, row] = [y % columns, Math.floor(y / columns) % rows];
    const o = Math.floor(y / columns / rows) % outputs;
    const b = Math.floor(y / columns / rows / outputs);
    for (let tap = 0; tap < inputs * size * size; tap++) {
      const i = Math.floor(tap / size / size);
      const p = row * stride + Math.floor(tap / size) % size - top;
      const q = column * stride + tap % size - left;
      if (p < 0 || q < 0 || p >= height || q >= width) continue;
      const channel = b * channels + (attributes.depthwise ? o : i);
      visit((channel * height + p) * width + q, o * inputs * size * size + tap, y);
    }
  }
}

/** Each position of a window gets a quarter; an odd map has one row and column of padding in front. */
function averagePoolGradient(gradient: ExactTensor, shape: readonly number[]): ExactTensor {
  const result = zeros(shape);
  const [height, width] = shape.slice(2);
  const [rows, columns] = [Math.ceil(height / 2), Math.ceil(width / 2)];
  for (let i = 0; i < result.data.length; i++) {
    const row = Math.floor((Math.floor(i / width) % height + height % 2) / 2);
    const column = Math.floor((i % width + width % 2) / 2);
    result.data[i] = gradient.data[(Math.floor(i / width / height) * rows + row) * columns + column] / 4;
  }
  return result;
}
