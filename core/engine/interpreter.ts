import * as tf from '@tensorflow/tfjs';
import { evaluate, type Dim, type DimValues } from '../graph/dims.ts';
import { bindFeeds, feedNames, type Attribute, type Graph, type GraphNode } from '../graph/graph.ts';
import { broadcastDims, windowPads } from '../graph/shapes.ts';
import { adjoint, withoutAdjoints } from './adjoints.ts';
import type { ApplyOptions, Engine, EngineInfo } from './engine.ts';

/**
 * Runs a graph node by node with tfjs operators and lets tfjs differentiate: the way of every backend that has its own
 * kernels, and with the pure JavaScript backend the reference that other engines are checked against.
 */
export class InterpretingEngine implements Engine {
  readonly info: EngineInfo;
  readonly backend: string;

  constructor(info: EngineInfo, backend: string) {
    this.info = info;
    this.backend = backend;
  }

  apply(graph: Graph, feeds: Readonly<Record<string, tf.Tensor>>, options: ApplyOptions = {}): tf.Tensor {
    return tf.tidy(() => {
      const values = interpret(graph, feeds);
      if (options.onStatistics) {
        options.onStatistics(Object.fromEntries(graph.outputs.slice(1).map((name) =>
          [name, Float32Array.from(values.get(name)!.dataSync())])));
      }
      return values.get(graph.outputs[0])!;
    });
  }

  evaluate(graph: Graph, feeds: Readonly<Record<string, tf.Tensor>>, known?: DimValues): tf.Tensor[] {
    return tf.tidy(() => {
      const values = interpret(withoutAdjoints(graph), feeds, known);
      return graph.outputs.map((name) => tf.clone(values.get(name)!));
    });
  }
}

/**
 * Every value of a graph, by name.
 * @param known sizes of symbols that the feeds alone do not tell
 */
export function interpret(
  graph: Graph, feeds: Readonly<Record<string, tf.Tensor>>, known: DimValues = new Map(),
): Map<string, tf.Tensor> {
  const sizes = new Map(known);
  bindFeeds(graph, feeds, sizes);
  const values = new Map<string, tf.Tensor>();
  for (const name of feedNames(graph)) values.set(name, feeds[name]);
  for (const [name, size] of graph.scalars) values.set(name, tf.scalar(evaluate(size, sizes)));
  const shape = (dims: Attribute) => (dims as readonly Dim[]).map((dim) => (dim === -1 ? -1 : evaluate(dim, sizes)));
  for (const node of graph.nodes) {
    const inputs = node.inputs.map((name) => values.get(name)!);
    const outputs = kernel(node, inputs, shape);
    node.outputs.forEach((name, i) => values.set(name, outputs[i]));
  }
  return values;
}

function kernel(node: GraphNode, inputs: tf.Tensor[], shape: (dims: Attribute) => number[]): tf.Tensor[] {
  const { operator, attributes } = node;
  const [x, second, third] = inputs;
  const axes = attributes.axes as number[];
  switch (operator) {
    case 'Add': return [tf.add(x, second)];
    case 'Sub': return [tf.sub(x, second)];
    case 'Mul': return [tf.mul(x, second)];
    case 'Div': return [tf.div(x, second)];
    case 'Neg': return [tf.neg(x)];
    case 'Abs': return [tf.abs(x)];
    case 'Sign': return [tf.sign(x)];
    case 'Sqrt': return [tf.sqrt(x)];
    case 'Exp': return [tf.exp(x)];
    case 'Log': return [tf.log(x)];
    case 'Relu': return [tf.relu(x)];
    case 'HardSigmoid': return [hardSigmoid(x, Number(attributes.alpha ?? 1 / 6), Number(attributes.beta ?? 0.5))];
    case 'HardSwish': return [tf.mul(x, hardSigmoid(x, 1 / 6, 0.5))];
    case 'Tanh': return [tf.tanh(x)];
    case 'Erf': return [tf.erf(x)];
    case 'Gelu': return [tf.mul(tf.mul(x, tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1)), 0.5)];
    case 'Softmax': return [tf.softmax(x)];
    case 'MatMul': return [tf.matMul(...sameBatch(x, second))];
    case 'Reshape': return [tf.reshape(x, shape(attributes.shape))];
    case 'Expand': return [broadcast(x, shape(attributes.shape))];
    case 'Transpose': return [tf.transpose(x, attributes.permutation as number[])];
    case 'Pad': return [pad(x, attributes, shape)];
    case 'Slice': return [slice(x, attributes, shape)];
    case 'Concat': return [concatenate(inputs, Number(attributes.axis))];
    case 'Gather': return [tf.gather(x, second)];
    case 'ReduceMean': return [tf.mean(x, axes, attributes.keepDims === 1)];
    case 'ReduceSum': return [tf.sum(x, axes, attributes.keepDims === 1)];
    case 'AveragePool': return [averagePool(x, attributes.oddSize === 1)];
    case 'Conv': return [convolution(node, x as tf.Tensor4D, second as tf.Tensor4D, third)];
    case 'LayerNormalization': {
      const { mean, variance } = tf.moments(x, x.shape.map((_, axis) => axis).slice(attributes.axis as number), true);
      const inverse = tf.rsqrt(tf.add(variance, Number(attributes.epsilon)));
      return [tf.add(tf.mul(tf.mul(tf.sub(x, mean), inverse), second), third), mean, inverse];
    }
    case 'BatchNormalization': {
      const channelMap = [1, -1, 1, 1];
      const { mean, variance } = attributes.training
        ? tf.moments(x, [0, 2, 3], true)
        : { mean: tf.reshape(inputs[3], channelMap), variance: tf.reshape(inputs[4], channelMap) };
      const inverse = tf.rsqrt(tf.add(variance, Number(attributes.epsilon)));
      const normalised = tf.mul(tf.sub(x, mean), inverse);
      const y = tf.add(tf.mul(normalised, tf.reshape(second, channelMap)), tf.reshape(third, channelMap));
      return [y, tf.reshape(mean, [-1]), tf.reshape(variance, [-1])];
    }
    default:
      return [adjoint(node, inputs, shape, (other, operands) => kernel({ ...node, operator: other }, operands, shape)[0])];
  }
}

function hardSigmoid(x: tf.Tensor, alpha: number, beta: number): tf.Tensor {
  return tf.clipByValue(tf.add(tf.mul(x, alpha), beta), 0, 1);
}

function pad(x: tf.Tensor, { axis, before, after }: GraphNode['attributes'], shape: (dims: Attribute) => number[]): tf.Tensor {
  const amounts = shape([before, after] as readonly Dim[]) as [number, number];
  return tf.pad(x, x.shape.map((_, i): [number, number] => (i === axis ? amounts : [0, 0])));
}

/** What tfjs joins of nothings is no typed array, which its slices want, until it is computed with. */
function concatenate(parts: tf.Tensor[], axis: number): tf.Tensor {
  const joined = tf.concat(parts, axis);
  return joined.size === 0 ? tf.add(joined, 0) : joined;
}

/** Along one axis, forwards. */
function slice(x: tf.Tensor, attributes: GraphNode['attributes'], shape: (dims: Attribute) => number[]): tf.Tensor {
  const { starts, axes } = attributes as Record<string, readonly number[]>;
  return tf.slice(x, x.shape.map((_, i) => (i === axes[0] ? starts[0] : 0)), shape(attributes.shape));
}

/** tfjs repeats no less than once. */
function broadcast(x: tf.Tensor, shape: number[]): tf.Tensor {
  return shape.includes(0) ? tf.mul(x, tf.zeros(shape)) : tf.broadcastTo(x, shape);
}

/** tfjs broadcasts batches, but not where it differentiates: their axes are made equal beforehand. */
function sameBatch(a: tf.Tensor, b: tf.Tensor): [tf.Tensor, tf.Tensor] {
  const batch = broadcastDims(a.shape.slice(0, -2), b.shape.slice(0, -2)) as number[];
  const whole = (t: tf.Tensor) => {
    const shape = [...batch, ...t.shape.slice(-2)];
    return shape.join() === t.shape.join() ? t : broadcast(t, shape);
  };
  return [whole(a), whole(b)];
}

/** Windows of 2x2 at stride 2; an odd map is padded by one in front, and padding counts. */
function averagePool(x: tf.Tensor, oddSize: boolean): tf.Tensor {
  const last = tf.transpose(x, [0, 2, 3, 1]) as tf.Tensor4D;
  const padded = oddSize ? tf.pad(last, [[0, 0], [1, 0], [1, 0], [0, 0]]) : last;
  return tf.transpose(tf.avgPool(padded, 2, 2, 'valid'), [0, 3, 1, 2]);
}

/** tfjs differentiates convolutions in channels-last layout only. */
function convolution(node: GraphNode, x: tf.Tensor4D, weight: tf.Tensor4D, bias: tf.Tensor | undefined): tf.Tensor {
  const stride = Number(node.attributes.stride);
  const kernelSize = Number(node.attributes.kernelSize);
  const pads = windowPads(node.attributes);
  const [top, left, bottom, right] = pads;
  const last = tf.transpose(x, [0, 2, 3, 1]);
  const padded = pads.every((zeros) => zeros === 0) ? last : tf.pad(last, [[0, 0], [top, bottom], [left, right], [0, 0]]);
  let y: tf.Tensor;
  if (node.attributes.depthwise) {
    y = tf.depthwiseConv2d(padded, tf.transpose(weight, [2, 3, 0, 1]), stride, 'valid');
  } else if (kernelSize === 1 && stride === 1) {
    const [batch, height, width, channels] = last.shape;
    const product = tf.matMul(tf.reshape(last, [-1, channels]), tf.reshape(weight, [weight.shape[0], channels]), false, true);
    y = tf.reshape(product, [batch, height, width, weight.shape[0]]);
  } else {
    y = tf.conv2d(padded, tf.transpose(weight, [2, 3, 1, 0]), stride, 'valid');
  }
  return tf.transpose(bias ? tf.add(y, bias) : y, [0, 3, 1, 2]);
}
