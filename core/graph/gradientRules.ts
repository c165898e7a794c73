import { product, type Dim } from './dims.ts';
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

type GradientRule = (context: RuleContext) => (string | undefined)[];

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

const elementwise = (slope: (context: RuleContext, x: string) => string): GradientRule => (context) => {
  const x = context.need(context.node.inputs[0]);
  return [context.builder.mul(context.gradient, slope(context, x))];
};

/** One where |x| < bound and zero elsewhere: a ramp so steep that float32 has no number on it. */
function inside(builder: GraphBuilder, x: string, bound: number): string {
  const size = builder.add('Abs', [x]);
  const steep = 2 ** (24 - Math.floor(Math.log2(bound)));
  return builder.add('HardSigmoid', [size], { alpha: -steep, beta: bound * steep });
}

/** dA = dC B^T, dB = A^T dC; batch axes are summed where they were broadcast. */
const matMul: GradientRule = (context) => {
  const { builder, node, gradient, need, wanted, dims } = context;
  const [a, b] = node.inputs;
  const swapped = (name: string) => {
    const rank = dims(name).length;
    return builder.transpose(need(name), [...Array(rank - 2).keys(), rank - 1, rank - 2]);
  };
  return [
    wanted[0] ? unbroadcast(context, builder.add('MatMul', [gradient, swapped(b)]), a) : undefined,
    wanted[1] ? unbroadcast(context, builder.add('MatMul', [swapped(a), gradient]), b) : undefined,
  ];
};

/**
 * A 1x1 convolution is a matrix product over channels. Its weight gradient is one product over all positions of the
 * batch, which is why both sides are brought to two dimensions first.
 */
const pointwiseConv: GradientRule = ({ builder, node, gradient, need, wanted, dims }) => {
  const [x, weight, bias] = node.inputs;
  const [outputs, inputs] = dims(weight);
  return [
    wanted[0] ? builder.conv(gradient, builder.transpose(need(weight), [1, 0, 2, 3])) : undefined,
    wanted[1]
      ? builder.reshape(builder.add('MatMul', [
        builder.reshape(builder.transpose(gradient, [1, 0, 2, 3]), [outputs, -1]),
        builder.reshape(builder.transpose(need(x), [0, 2, 3, 1]), [-1, inputs]),
      ]), dims(weight))
      : undefined,
    bias && wanted[2] ? builder.sum(gradient, [0, 2, 3], false) : undefined,
  ];
};

const conv: GradientRule = (context) => {
  const { builder, node, gradient, need, wanted, dims } = context;
  const [x, weight, bias] = node.inputs;
  const { stride, kernelSize, depthwise, oddSize } = node.attributes;
  if (kernelSize === 1 && stride === 1 && depthwise === 0) return pointwiseConv(context);
  const attributes = { stride, kernelSize, depthwise, oddSize };
  return [
    wanted[0] ? builder.add('ConvInputGradient', [gradient, need(weight)], { ...attributes, shape: dims(x) }) : undefined,
    wanted[1] ? builder.add('ConvWeightGradient', [need(x), gradient], { ...attributes, shape: dims(weight) }) : undefined,
    bias && wanted[2] ? builder.sum(gradient, [0, 2, 3], false) : undefined,
  ];
};

/** Ioffe and Szegedy 2015, with batch statistics; outputs 1 and 2 are the mean and the (biased) variance. */
const batchNormalization: GradientRule = ({ builder, node, gradient, need, wanted, dims }) => {
  if (node.attributes.training !== 1) throw new RangeError('Batch norm with running statistics is folded before use and has no gradient.');
  const [x, scale] = node.inputs;
  const channelMap = [1, dims(scale)[0], 1, 1];
  const asMap = (name: string) => builder.reshape(name, channelMap);
  const mean = asMap(need(node.outputs[1]));
  const variance = asMap(need(node.outputs[2]));
  const deviation = builder.add('Sqrt', [builder.plus(variance, Number(node.attributes.epsilon))]);
  const normalised = builder.div(builder.minus(need(x), mean), deviation);
  const biasGradient = builder.sum(gradient, [0, 2, 3], false);
  const scaleGradient = builder.sum(builder.mul(gradient, normalised), [0, 2, 3], false);
  let input: string | undefined;
  if (wanted[0]) {
    const [batch, , height, width] = dims(x);
    const count = builder.scalar(product(batch, height, width));
    const centred = builder.minus(gradient, builder.div(asMap(biasGradient), count));
    const projected = builder.minus(centred, builder.mul(normalised, builder.div(asMap(scaleGradient), count)));
    input = builder.mul(projected, builder.div(asMap(need(scale)), deviation));
  }
  return [input, scaleGradient, biasGradient, undefined, undefined];
};

/** Ba et al. 2016, over all axes from `axis` on; outputs 1 and 2 are the mean and the inverse deviation. */
const layerNormalization: GradientRule = (context) => {
  const { builder, node, gradient, need, wanted, dims } = context;
  const [x, scale, bias] = node.inputs;
  const axes = dims(x).map((_, axis) => axis).slice(node.attributes.axis as number);
  const inverse = need(node.outputs[2]);
  const normalised = builder.mul(builder.minus(need(x), need(node.outputs[1])), inverse);
  let input: string | undefined;
  if (wanted[0]) {
    const scaled = builder.mul(gradient, need(scale));
    const along = builder.mean(builder.mul(scaled, normalised), axes);
    const centred = builder.minus(builder.minus(scaled, builder.mean(scaled, axes)), builder.mul(normalised, along));
    input = builder.mul(centred, inverse);
  }
  return [
    input,
    wanted[1] ? unbroadcast(context, builder.mul(gradient, normalised), scale) : undefined,
    wanted[2] ? unbroadcast(context, gradient, bias) : undefined,
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
  Relu: elementwise(({ builder }, x) => builder.add('Sign', [builder.add('Relu', [x])])),
  HardSigmoid: elementwise(({ builder, node }, x) => {
    const { alpha = 1 / 6, beta = 0.5 } = node.attributes;
    const centre = (0.5 - Number(beta)) / Number(alpha);
    return builder.mul(inside(builder, centre === 0 ? x : builder.minus(x, centre), Math.abs(0.5 / Number(alpha))), Number(alpha));
  }),
  HardSwish: elementwise(({ builder }, x) =>
    builder.plus(builder.add('HardSigmoid', [x]), builder.mul(builder.mul(x, inside(builder, x, 3)), 1 / 6))),
  Softmax: ({ builder, gradient, node, need, dims }) => {
    const y = need(node.outputs[0]);
    const axis = dims(node.inputs[0]).length - 1;
    return [builder.mul(y, builder.minus(gradient, builder.sum(builder.mul(gradient, y), [axis])))];
  },
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

/** Gives every reduced element the gradient of its sum. */
function spread({ builder, node, dims }: RuleContext, gradient: string): string {
  const axes = node.attributes.axes as readonly number[];
  const shape = dims(node.inputs[0]);
  const kept = builder.reshape(gradient, shape.map((dim, axis) => (axes.includes(axis) ? 1 : dim)));
  return builder.add('Expand', [kept], { shape });
}
