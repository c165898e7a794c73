import { evaluate, type Dim, type DimValues } from '../../core/graph/dims.ts';
import { bindFeeds, feedNames, type Graph, type GraphNode } from '../../core/graph/graph.ts';
import { computeAdjoint } from './exactAdjoints.ts';

/** A tensor in double precision. */
export interface ExactTensor {
  readonly shape: readonly number[];
  readonly data: ArrayLike<number>;
}

/**
 * Evaluates a graph in double precision, each operator written down from its definition in the ONNX specification with
 * plain loops: the third opinion beside ONNX Runtime and tfjs, and exact enough for finite differences.
 *
 * @param known sizes of symbols that the feeds alone do not tell
 */
export function evaluateExactly(
  graph: Graph, feeds: Readonly<Record<string, ExactTensor>>, known: DimValues = new Map(),
): Map<string, ExactTensor> {
  const sizes = new Map(known);
  bindFeeds(graph, feeds, sizes);
  const values = new Map<string, ExactTensor>();
  for (const name of feedNames(graph)) values.set(name, feeds[name]);
  for (const [name, size] of graph.scalars) values.set(name, { shape: [], data: [evaluate(size, sizes)] });
  for (const node of graph.nodes) {
    const inputs = node.inputs.map((name) => values.get(name)!);
    const outputs = compute(node, inputs, (dims) => dims.map((dim) => (dim === -1 ? -1 : evaluate(dim, sizes))));
    node.outputs.forEach((name, i) => values.set(name, outputs[i]));
  }
  return values;
}

/** The derivative of sum(output * weights) with respect to one element of a feed, by a central difference. */
export function finiteDifference(
  graph: Graph, feeds: Readonly<Record<string, ExactTensor>>, weights: ArrayLike<number>, name: string, index: number,
): number {
  const direction = new Float64Array(feeds[name].data.length);
  direction[index] = 1;
  return directionalDerivative(graph, feeds, weights, { [name]: direction });
}

/**
 * The derivative of sum(output * weights) when feeds move along the given directions, by a central difference. The step
 * is small enough to cross hardly any of the activations' kinks, and leaves an error of about 1e-8 for values of order one.
 */
export function directionalDerivative(
  graph: Graph, feeds: Readonly<Record<string, ExactTensor>>, weights: ArrayLike<number>,
  directions: Readonly<Record<string, ArrayLike<number>>>, step = 1e-7,
): number {
  const lossAt = (shift: number) => {
    const moved = Object.fromEntries(Object.entries(directions).map(([name, direction]) =>
      [name, { shape: feeds[name].shape, data: Float64Array.from(feeds[name].data, (value, i) => value + shift * direction[i]) }]));
    const output = evaluateExactly(graph, { ...feeds, ...moved }).get(graph.outputs[0])!;
    let loss = 0;
    for (let i = 0; i < weights.length; i++) loss += output.data[i] * weights[i];
    return loss;
  };
  return (lossAt(step) - lossAt(-step)) / (2 * step);
}

export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((size, dim) => size * dim, 1);
}

function compute(node: GraphNode, inputs: ExactTensor[], shapeOf: (dims: readonly Dim[]) => number[]): ExactTensor[] {
  const { operator, attributes } = node;
  const [x, second, third] = inputs;
  switch (operator) {
    case 'Add': return [binary(x, second, (a, b) => a + b)];
    case 'Sub': return [binary(x, second, (a, b) => a - b)];
    case 'Mul': return [binary(x, second, (a, b) => a * b)];
    case 'Div': return [binary(x, second, (a, b) => a / b)];
    case 'Neg': return [unary(x, (a) => -a)];
    case 'Abs': return [unary(x, Math.abs)];
    case 'Sign': return [unary(x, Math.sign)];
    case 'Sqrt': return [unary(x, Math.sqrt)];
    case 'Exp': return [unary(x, Math.exp)];
    case 'Log': return [unary(x, Math.log)];
    case 'Relu': return [unary(x, (a) => Math.max(a, 0))];
    case 'HardSigmoid': {
      const { alpha = 1 / 6, beta = 0.5 } = attributes;
      return [unary(x, (a) => clamp(Number(alpha) * a + Number(beta)))];
    }
    case 'HardSwish': return [unary(x, (a) => a * clamp(a / 6 + 0.5))];
    case 'Tanh': return [unary(x, Math.tanh)];
    case 'Erf': return [unary(x, erf)];
    case 'Gelu': return [unary(x, (a) => a * (1 + erf(a / Math.SQRT2)) / 2)];
    case 'Softmax': return [alongLast(x, (row) => {
      const largest = Math.max(...row);
      const powers = row.map((value) => Math.exp(value - largest));
      const total = powers.reduce((a, b) => a + b);
      return powers.map((power) => power / total);
    })];
    case 'MatMul': return [matMul(x, second)];
    case 'Reshape': return [{ shape: resolved(shapeOf(attributes.shape as Dim[]), x.data.length), data: x.data }];
    case 'Expand': return [binary(x, { shape: shapeOf(attributes.shape as Dim[]), data: new Float64Array(sizeOf(shapeOf(attributes.shape as Dim[]))) }, (a) => a)];
    case 'Transpose': {
      const permutation = attributes.permutation as number[];
      const shape = permutation.map((axis) => x.shape[axis]);
      const steps = strides(x.shape);
      return [{ shape, data: positions(shape, permutation.map((axis) => steps[axis])).map((at) => x.data[at]) }];
    }
    case 'Pad': {
      const [before, after] = shapeOf([attributes.before, attributes.after] as Dim[]);
      const shape = x.shape.map((size, axis) => (axis === attributes.axis ? before + size + after : size));
      return [filled(shape, (at) => {
        const from = at.map((index, axis) => (axis === attributes.axis ? index - before : index));
        return from.every((index, axis) => index >= 0 && index < x.shape[axis]) ? x.data[offset(x.shape, from)] : 0;
      })];
    }
    case 'Concat': {
      const axis = Number(attributes.axis);
      const shape = x.shape.map((size, i) => (i === axis ? inputs.reduce((sum, part) => sum + part.shape[axis], 0) : size));
      return [filled(shape, (at) => {
        let [index, part] = [at[axis], 0];
        while (index >= inputs[part].shape[axis]) index -= inputs[part++].shape[axis];
        return inputs[part].data[offset(inputs[part].shape, at.map((own, i) => (i === axis ? index : own)))];
      })];
    }
    case 'Slice': {
      const { starts, axes } = attributes as Record<string, readonly number[]>;
      return [filled(shapeOf(attributes.shape as Dim[]), (at) => x.data[offset(x.shape, at.map((index, axis) => (axis === axes[0] ? index + starts[0] : index)))])];
    }
    case 'Gather': {
      const rest = x.shape.slice(1);
      return [filled([...second.shape, ...rest], (at) => {
        const row = second.data[offset(second.shape, at.slice(0, second.shape.length))];
        return x.data[offset(x.shape, [row, ...at.slice(second.shape.length)])];
      })];
    }
    case 'ReduceSum': return [reduce(node, x, 1)];
    case 'ReduceMean': return [reduce(node, x, (attributes.axes as number[]).reduce((count, axis) => count * x.shape[axis], 1))];
    case 'AveragePool': return [averagePool(x)];
    case 'Conv': return [conv(node, x, second, third)];
    case 'LayerNormalization': return layerNormalization(node, x, second, third);
    case 'BatchNormalization': return batchNormalization(node, inputs);
    default: return computeAdjoint(node, inputs, shapeOf);
  }
}

const clamp = (value: number) => Math.min(Math.max(value, 0), 1);

/** Abramowitz and Stegun 1964: the power series 7.1.6 where it is short, the continued fraction 7.1.14 beyond. */
export function erf(x: number): number {
  const size = Math.abs(x);
  if (size > 6) return Math.sign(x);
  if (size > 2.5) {
    let fraction = size;
    for (let n = 120; n > 0; n--) fraction = size + n / 2 / fraction;
    return Math.sign(x) * (1 - Math.exp(-x * x) / (fraction * Math.sqrt(Math.PI)));
  }
  let sum = x;
  let term = x;
  for (let n = 1; n < 60; n++) {
    term *= 2 * x * x / (2 * n + 1);
    sum += term;
  }
  return 2 / Math.sqrt(Math.PI) * Math.exp(-x * x) * sum;
}

function unary(x: ExactTensor, f: (a: number) => number): ExactTensor {
  return { shape: x.shape, data: Float64Array.from(x.data, f) };
}

/** Row-major position of an index. */
function offset(shape: readonly number[], index: readonly number[]): number {
  return shape.reduce((at, size, axis) => at * size + index[axis], 0);
}

function filled(shape: readonly number[], at: (index: readonly number[]) => number): ExactTensor {
  const data = new Float64Array(sizeOf(shape));
  const index = shape.map(() => 0);
  for (let i = 0; i < data.length; i++) {
    data[i] = at(index);
    for (let axis = shape.length - 1; axis >= 0 && ++index[axis] === shape[axis]; axis--) index[axis] = 0;
  }
  return { shape, data };
}

function binary(a: ExactTensor, b: ExactTensor, f: (a: number, b: number) => number): ExactTensor {
  const rank = Math.max(a.shape.length, b.shape.length);
  const padded = (t: ExactTensor) => [...Array<number>(rank - t.shape.length).fill(1), ...t.shape];
  const [left, right] = [padded(a), padded(b)];
  const shape = left.map((size, axis) => (size === 1 ? right[axis] : size));
  const [fromA, fromB] = [positions(shape, strides(left)), positions(shape, strides(right))];
  return { shape, data: fromA.map((at, i) => f(a.data[at], b.data[fromB[i]])) };
}

/** Steps in memory from one index to the next; none along axes of size one, which are repeated. */
function strides(shape: readonly number[]): number[] {
  return shape.map((size, axis) => (size === 1 ? 0 : sizeOf(shape.slice(axis + 1))));
}

/** Where each element of a tensor of this shape lies in memory with these strides. */
function positions(shape: readonly number[], steps: readonly number[]): Float64Array {
  let found = new Float64Array(1);
  shape.forEach((size, axis) => {
    const next = new Float64Array(found.length * size);
    found.forEach((at, i) => { for (let j = 0; j < size; j++) next[i * size + j] = at + j * steps[axis]; });
    found = next;
  });
  return found;
}

function alongLast(x: ExactTensor, f: (row: number[]) => number[]): ExactTensor {
  const length = x.shape[x.shape.length - 1];
  const data = new Float64Array(x.data.length);
  for (let start = 0; start < data.length; start += length) data.set(f(Array.from({ length }, (_, i) => x.data[start + i])), start);
  return { shape: x.shape, data };
}

function matMul(a: ExactTensor, b: ExactTensor): ExactTensor {
  const [rows, inner, columns] = [a.shape[a.shape.length - 2], a.shape[a.shape.length - 1], b.shape[b.shape.length - 1]];
  const rank = Math.max(a.shape.length, b.shape.length);
  const batch = (t: ExactTensor) => [...Array<number>(rank - t.shape.length).fill(1), ...t.shape.slice(0, -2)];
  const [left, right] = [batch(a), batch(b)];
  const shape = [...left.map((size, axis) => (size === 1 ? right[axis] : size)), rows, columns];
  return filled(shape, (at) => {
    const own = (sizes: number[]) => offset(sizes, sizes.map((size, axis) => (size === 1 ? 0 : at[axis])));
    const [startA, startB] = [own(left) * rows * inner, own(right) * inner * columns];
    let sum = 0;
    for (let k = 0; k < inner; k++) sum += a.data[startA + at[rank - 2] * inner + k] * b.data[startB + k * columns + at[rank - 1]];
    return sum;
  });
}

function resolved(shape: readonly number[], length: number): number[] {
  const known = shape.reduce((size, dim) => (dim === -1 ? size : size * dim), 1);
  return shape.map((dim) => (dim === -1 ? length / known : dim));
}

function reduce(node: GraphNode, x: ExactTensor, divisor: number): ExactTensor {
  const axes = node.attributes.axes as number[];
  const shape = x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
  const data = new Float64Array(sizeOf(shape));
  positions(x.shape, strides(shape)).forEach((at, i) => { data[at] += x.data[i] / divisor; });
  return { shape: node.attributes.keepDims === 1 ? shape : x.shape.filter((_, axis) => !axes.includes(axis)), data };
}

/** 2x2 windows at stride 2; an odd map has one row and column of zeros in front, which count. */
function averagePool(x: ExactTensor): ExactTensor {
  const [batch, channels, height, width] = x.shape;
  return filled([batch, channels, Math.ceil(height / 2), Math.ceil(width / 2)], ([b, c, row, column]) => {
    let sum = 0;
    for (let i = 0; i < 4; i++) {
      const y = 2 * row + (i >> 1) - (height % 2);
      const z = 2 * column + (i & 1) - (width % 2);
      if (y >= 0 && z >= 0) sum += x.data[offset(x.shape, [b, c, y, z])];
    }
    return sum / 4;
  });
}

function conv(node: GraphNode, x: ExactTensor, weight: ExactTensor, bias: ExactTensor | undefined): ExactTensor {
  const stride = Number(node.attributes.stride);
  const [outputs, inputs, size] = weight.shape;
  const [batch, channels, height, width] = x.shape;
  const same = (size - 1) / 2;
  const [top, left, bottom, right] = node.attributes.pads as number[] | undefined ?? [same, same, same, same];
  const windows = (length: number) => Math.floor((length - size) / stride) + 1;
  return filled([batch, outputs, windows(top + height + bottom), windows(left + width + right)], ([b, o, row, column]) => {
    let sum = bias ? bias.data[o] : 0;
    for (let i = 0; i < inputs; i++) {
      const map = (b * channels + (node.attributes.depthwise ? o : i)) * height * width;
      for (let p = 0; p < size; p++) {
        for (let q = 0; q < size; q++) {
          const y = row * stride + p - top;
          const z = column * stride + q - left;
          if (y < 0 || z < 0 || y >= height || z >= width) continue;
          sum += x.data[map + y * width + z] * weight.data[((o * inputs + i) * size + p) * size + q];
        }
      }
    }
    return sum;
  });
}

function layerNormalization(node: GraphNode, x: ExactTensor, scale: ExactTensor, bias: ExactTensor): ExactTensor[] {
  const axis = node.attributes.axis as number;
  const count = sizeOf(x.shape.slice(axis));
  const statisticsShape = x.shape.map((size, i) => (i >= axis ? 1 : size));
  const [y, means, inverses] = [new Float64Array(x.data.length), new Float64Array(x.data.length / count), new Float64Array(x.data.length / count)];
  const [scales, biases] = [scale, bias].map((t) => binary(t, { shape: x.shape.slice(axis), data: new Float64Array(count) }, (a) => a).data);
  for (let group = 0; group < means.length; group++) {
    const values = Array.from({ length: count }, (_, i) => x.data[group * count + i]);
    means[group] = values.reduce((a, b) => a + b) / count;
    inverses[group] = 1 / Math.sqrt(values.reduce((sum, v) => sum + (v - means[group]) ** 2, 0) / count + Number(node.attributes.epsilon));
    values.forEach((v, i) => { y[group * count + i] = (v - means[group]) * inverses[group] * scales[i] + biases[i]; });
  }
  return [{ shape: x.shape, data: y }, { shape: statisticsShape, data: means }, { shape: statisticsShape, data: inverses }];
}

/** Of the training form, mean and (biased) variance are outputs; of the other, inputs. */
function batchNormalization(node: GraphNode, [x, scale, bias, runningMean, runningVariance]: ExactTensor[]): ExactTensor[] {
  const channels = x.shape[1];
  const channelOf = positions(x.shape, [0, 1, 0, 0]);
  const [means, variances] = [new Float64Array(channels), new Float64Array(channels)];
  const count = x.data.length / channels;
  if (node.attributes.training === 1) {
    channelOf.forEach((c, i) => { means[c] += x.data[i] / count; });
    channelOf.forEach((c, i) => { variances[c] += (x.data[i] - means[c]) ** 2 / count; });
  } else {
    means.set(Array.from(runningMean.data));
    variances.set(Array.from(runningVariance.data));
  }
  const y = channelOf.map((c, i) => (x.data[i] - means[c]) / Math.sqrt(variances[c] + Number(node.attributes.epsilon)) * scale.data[c] + bias.data[c]);
  return [{ shape: x.shape, data: y }, { shape: [channels], data: means }, { shape: [channels], data: variances }];
}
