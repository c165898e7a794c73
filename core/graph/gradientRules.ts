import { difference, plus, product, type Dim } from './dims.ts';
import type { GraphBuilder } from './builder.ts';
import type { GraphNode, Operator } from './graph.ts';

/** What a rule may use. It returns the gradient of each input, or undefined where none is wanted. */
export interface RuleContext {
  readonly builder: GraphBuilder;
  readonly node: GraphNode;
  /** Gradient arriving at the first output. */
  readonly gradient: string;
  /** Makes a forward value available; only what is asked for is kept or computed again. */
  readonly need: (name: string) => string;
  readonly wanted: readonly boolean[];
  readonly dims: (name: string) => readonly Dim[];
}

export type GradientRule = (context: RuleContext) => (string | undefined)[];

/** Sums a gradient over the axes along which a value was broadcast. */
function unbroadcast({ builder, dims }: RuleContext, gradient: string, target: string): string {
  const from = builder.dims(gradient);
  const to = dims(target);
  const offset = from.length - to.length;
  const axes = from.flatMap((dim, axis) => (axis < offset || (to[axis - offset] === 1 && dim !== 1) ? [axis] : []));
  if (axes.length === 0) return gradient;
  const summed = builder.sum(gradient, axes, offset === 0);
  return offset === 0 ? summed : builder.reshape(summed, to);
}

/** The adjoint operator takes the arriving gradient and the forward's input. */
const ofInput = (operator: Operator): GradientRule => ({ builder, node, gradient, need }) =>
  [builder.add(operator, [gradient, need(node.inputs[0])], node.attributes)];

/** dA = dC B^T, dB = A^T dC; batch axes are summed where they were broadcast. */
const matMul: GradientRule = (context) => {
  const { builder, node, gradient, need, wanted, dims } = context;
  const [a, b] = node.inputs;
  const swapped = (name: string) => {
    const rank = builder.dims(name).length;
    return builder.transpose(name, [...Array(rank - 2).keys(), rank - 1, rank - 2]);
  };
  const ofWeight = () => {
    if (dims(b).length > 2) return unbroadcast(context, builder.add('MatMul', [swapped(need(a)), gradient]), b);
    // A matrix that all of the batch is multiplied by: one product over all rows sums as it goes.
    const rows = (name: string) => (builder.dims(name).length === 2 ? name : builder.reshape(name, [product(...builder.dims(name).slice(0, -1)), ...builder.dims(name).slice(-1)]));
    return builder.add('MatMul', [swapped(rows(need(a))), rows(gradient)]);
  };
  return [
    wanted[0] ? unbroadcast(context, builder.add('MatMul', [gradient, swapped(need(b))]), a) : undefined,
    wanted[1] ? ofWeight() : undefined,
  ];
};

const conv: GradientRule = ({ builder, node, gradient, need, wanted, dims }) => {
  const [x, weight, bias] = node.inputs;
  const { stride, kernelSize, depthwise, oddSize, pads } = node.attributes;
  const attributes = { stride, kernelSize, depthwise, oddSize, ...(pads ? { pads } : {}) };
  return [
    wanted[0] ? builder.add('ConvInputGradient', [gradient, need(weight)], { ...attributes, shape: dims(x) }) : undefined,
    wanted[1] ? builder.add('ConvWeightGradient', [need(x), gradient], { ...attributes, shape: dims(weight) }) : undefined,
    bias && wanted[2] ? builder.sum(gradient, [0, 2, 3], false) : undefined,
  ];
};

/** Ioffe and Szegedy 2015, with batch statistics; outputs 1 and 2 are the mean and the (biased) variance. */
const batchNormalization: GradientRule = ({ builder, node, gradient, need }) => {
  if (node.attributes.training !== 1) throw new RangeError('Batch norm with running statistics is folded before use and has no gradient.');
  const [x, scale] = node.inputs;
  const inputs = [gradient, ...[x, scale, node.outputs[1], node.outputs[2]].map(need)];
  return builder.addMany('BatchNormalizationGradient', inputs, { epsilon: node.attributes.epsilon });
};

/** Ba et al. 2016, over all axes from `axis` on; outputs 1 and 2 are the mean and the inverse deviation. */
const layerNormalization: GradientRule = (context) => {
  const { builder, node, gradient, need, wanted } = context;
  const [x, scale, bias] = node.inputs;
  const inputs = [gradient, ...[x, scale, node.outputs[1], node.outputs[2]].map(need)];
  const [input, scaleGradient, biasGradient] = builder.addMany('LayerNormalizationGradient', inputs, { axis: node.attributes.axis });
  return [
    input,
    wanted[1] ? unbroadcast(context, scaleGradient, scale) : undefined,
    wanted[2] ? unbroadcast(context, biasGradient, bias) : undefined,
  ];
};

/** Derivative of each operator's first output with respect to its inputs. */
export const gradientRules: Readonly<Partial<Record<Operator, GradientRule>>> = {
  Add: (context) => context.node.inputs.map((input) => unbroadcast(context, context.gradient, input)),
  Sub: (context) => {
    const { builder, gradient, node, wanted } = context;
    return [
      wanted[0] ? unbroadcast(context, gradient, node.inputs[0]) : undefined,
      wanted[1] ? unbroadcast(context, builder.add('Neg', [gradient]), node.inputs[1]) : undefined,
    ];
  },
  Mul: (context) => {
    const { builder, gradient, node, need, wanted } = context;
    const [a, b] = node.inputs;
    return [
      wanted[0] ? unbroadcast(context, builder.mul(gradient, need(b)), a) : undefined,
      wanted[1] ? unbroadcast(context, builder.mul(gradient, need(a)), b) : undefined,
    ];
  },
  Div: (context) => {
    const { builder, gradient, node, need, wanted } = context;
    const [a, b] = node.inputs;
    const quotient = builder.div(gradient, need(b));
    return [
      wanted[0] ? unbroadcast(context, quotient, a) : undefined,
      wanted[1] ? unbroadcast(context, builder.add('Neg', [builder.div(builder.mul(quotient, need(a)), need(b))]), b) : undefined,
    ];
  },
  Neg: ({ builder, gradient }) => [builder.add('Neg', [gradient])],
  Sqrt: ({ builder, gradient, node, need }) => [builder.div(builder.mul(gradient, 0.5), need(node.outputs[0]))],
  Exp: ({ builder, gradient, node, need }) => [builder.mul(gradient, need(node.outputs[0]))],
  Log: ({ builder, gradient, node, need }) => [builder.div(gradient, need(node.inputs[0]))],
  Tanh: ({ builder, gradient, node, need }) => [builder.mul(gradient, tanhSlope(builder, need(node.outputs[0])))],
  Relu: ofInput('ReluGradient'),
  HardSigmoid: ofInput('HardSigmoidGradient'),
  HardSwish: ofInput('HardSwishGradient'),
  Gelu: ofInput('GeluGradient'),
  Softmax: ({ builder, gradient, node, need }) => [builder.add('SoftmaxGradient', [gradient, need(node.outputs[0])])],
  MatMul: matMul,
  Conv: conv,
  BatchNormalization: batchNormalization,
  LayerNormalization: layerNormalization,
  AveragePool: ({ builder, gradient, node, dims }) =>
    [builder.add('AveragePoolGradient', [gradient], { oddSize: node.attributes.oddSize, shape: dims(node.inputs[0]) })],
  ReduceSum: (context) => [spread(context, context.gradient)],
  ReduceMean: (context) => {
    const { builder, node, dims } = context;
    const shape = dims(node.inputs[0]);
    const count = builder.scalar(product(...(node.attributes.axes as readonly number[]).map((axis) => shape[axis])));
    return [spread(context, builder.div(context.gradient, count))];
  },
  Reshape: ({ builder, gradient, node, dims }) => [builder.reshape(gradient, dims(node.inputs[0]))],
  Transpose: ({ builder, gradient, node }) => {
    const permutation = node.attributes.permutation as readonly number[];
    return [builder.transpose(gradient, permutation.map((_, axis) => permutation.indexOf(axis)))];
  },
  Slice: ({ builder, gradient, node, dims }) => {
    const { starts, axes, steps } = node.attributes as Record<string, readonly number[]>;
    if (axes.length !== 1 || steps[0] !== 1 || starts[0] < 0) throw new RangeError('Only slices along one axis, forwards, have a gradient.');
    const [axis] = axes;
    const size = (node.attributes.shape as readonly Dim[])[axis];
    const whole = dims(node.inputs[0])[axis];
    return [builder.pad(gradient, axis, starts[0], rest(whole, size, starts[0]))];
  },
  Pad: ({ builder, gradient, node, dims }) => {
    const { axis, before } = node.attributes as Record<string, number>;
    return [builder.slice(gradient, axis, before, dims(node.inputs[0]))];
  },
  Concat: ({ builder, gradient, node, wanted, dims }) => {
    const axis = node.attributes.axis as number;
    let start: Dim = 0;
    return node.inputs.map((input, i) => {
      if (typeof start !== 'number') throw new RangeError('Only the last part of a concatenation may have a symbolic size when it is differentiated.');
      const [from, shape] = [start, dims(input)];
      start = typeof shape[axis] === 'number' ? start + shape[axis] : shape[axis];
      return wanted[i] ? builder.slice(gradient, axis, from, shape) : undefined;
    });
  },
  Expand: (context) => [unbroadcast(context, context.gradient, context.node.inputs[0])],
  Gather: ({ builder, gradient, node, need, dims }) => {
    const shape = dims(node.inputs[0]);
    const indices = need(node.inputs[1]);
    const flat = dims(indices).length === 1
      ? [indices, gradient]
      : [builder.reshape(indices, [product(...dims(indices))]), builder.reshape(gradient, [product(...dims(indices)), ...shape.slice(1)])];
    return [builder.add('ScatterAdd', flat, { shape }), undefined];
  },
};

/** The derivative of a hyperbolic tangent from its value: 1 - y^2. */
export function tanhSlope(builder: GraphBuilder, y: string): string {
  return builder.minus(builder.scalar(1), builder.mul(y, y));
}

/** What is left of an axis behind a slice. */
function rest(whole: Dim, part: Dim, before: number): Dim {
  const behind = typeof part === 'number' ? plus(whole, -part) : difference(whole, part);
  if (behind === undefined) throw new RangeError(`What a slice of ${part} leaves of ${whole} cannot be written down.`);
  return plus(behind, -before);
}

/** Gives every reduced element the gradient of its sum. */
function spread({ builder, node, dims }: RuleContext, gradient: string): string {
  const axes = node.attributes.axes as readonly number[];
  const shape = dims(node.inputs[0]);
  const kept = builder.reshape(gradient, shape.map((dim, axis) => (axes.includes(axis) ? 1 : dim)));
  return builder.add('Expand', [kept], { shape });
}
