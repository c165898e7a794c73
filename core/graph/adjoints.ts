import { product } from './dims.ts';
import type { GraphBuilder } from './builder.ts';
import type { GraphNode } from './graph.ts';

/**
 * Adjoint operators of derived graphs spelled with standard operators, for readers without a kernel of their own.
 * Appends nodes that yield the given node's outputs under their names.
 * @returns whether the operator is one of those written here
 */
export function expandAdjoint(builder: GraphBuilder, node: GraphNode): boolean {
  const expand = expansions[node.operator as keyof typeof expansions] as Expansion | undefined;
  expand?.(builder, node);
  return expand !== undefined;
}

type Expansion = (builder: GraphBuilder, node: GraphNode) => void;

/** One where |x| < bound and zero elsewhere: a ramp so steep that float32 has no number on it. */
function inside(builder: GraphBuilder, x: string, bound: number): string {
  const size = builder.add('Abs', [x]);
  const steep = 2 ** (24 - Math.floor(Math.log2(bound)));
  return builder.add('HardSigmoid', [size], { alpha: -steep, beta: bound * steep });
}

const reluGradient: Expansion = (builder, { inputs: [gradient, x], outputs }) => {
  builder.add('Mul', [gradient, builder.add('Sign', [builder.add('Relu', [x])])], {}, outputs[0]);
};

const hardSigmoidGradient: Expansion = (builder, { inputs: [gradient, x], outputs, attributes }) => {
  const { alpha = 1 / 6, beta = 0.5 } = attributes;
  const centre = (0.5 - Number(beta)) / Number(alpha);
  const ramp = inside(builder, centre === 0 ? x : builder.minus(x, centre), Math.abs(0.5 / Number(alpha)));
  builder.add('Mul', [gradient, builder.mul(ramp, Number(alpha))], {}, outputs[0]);
};

const hardSwishGradient: Expansion = (builder, { inputs: [gradient, x], outputs }) => {
  const slope = builder.plus(builder.add('HardSigmoid', [x]), builder.mul(builder.mul(x, inside(builder, x, 3)), 1 / 6));
  builder.add('Mul', [gradient, slope], {}, outputs[0]);
};

/** The slope is Phi(x) + x phi(x), with the normal distribution's cumulative and own density. */
const geluGradient: Expansion = (builder, { inputs: [gradient, x], outputs }) => {
  const error = builder.add('Erf', [builder.mul(x, Math.SQRT1_2)]);
  const cumulative = builder.mul(builder.plus(error, 1), 0.5);
  const density = builder.mul(builder.add('Exp', [builder.mul(builder.mul(x, x), -0.5)]), 1 / Math.sqrt(2 * Math.PI));
  builder.add('Mul', [gradient, builder.plus(cumulative, builder.mul(x, density))], {}, outputs[0]);
};

const softmaxGradient: Expansion = (builder, { inputs: [gradient, y], outputs }) => {
  const along = builder.sum(builder.mul(gradient, y), [builder.dims(y).length - 1]);
  builder.add('Mul', [y, builder.minus(gradient, along)], {}, outputs[0]);
};

/** dx = scale / deviation (dy - average of dy - n average of (dy n)), with n the normalised input. */
const batchNormalizationGradient: Expansion = (builder, { inputs, outputs, attributes }) => {
  const [gradient, x, scale, mean, variance] = inputs;
  const channelMap = [1, builder.dims(scale)[0], 1, 1];
  const asMap = (name: string) => builder.reshape(name, channelMap);
  const deviation = builder.add('Sqrt', [builder.plus(asMap(variance), Number(attributes.epsilon))]);
  const normalised = builder.div(builder.minus(x, asMap(mean)), deviation);
  const over = { axes: [0, 2, 3], keepDims: 0 };
  const scaleGradient = builder.add('ReduceSum', [builder.mul(gradient, normalised)], over, outputs[1]);
  const biasGradient = builder.add('ReduceSum', [gradient], over, outputs[2]);
  const [batch, , height, width] = builder.dims(x);
  const count = builder.scalar(product(batch, height, width));
  const centred = builder.minus(gradient, builder.div(asMap(biasGradient), count));
  const projected = builder.minus(centred, builder.mul(normalised, builder.div(asMap(scaleGradient), count)));
  builder.add('Mul', [projected, builder.div(asMap(scale), deviation)], {}, outputs[0]);
};

/** dx = (s - average of s - n average of (s n)) / deviation, with s = dy scale and n the normalised input. */
const layerNormalizationGradient: Expansion = (builder, { inputs, outputs, attributes }) => {
  const [gradient, x, scale, mean, inverse] = inputs;
  const axis = attributes.axis as number;
  const axes = builder.dims(x).map((_, i) => i).slice(axis);
  const outer = builder.dims(x).map((_, i) => i).slice(0, axis);
  const normalised = builder.mul(builder.minus(x, mean), inverse);
  const scaled = builder.mul(gradient, scale);
  const along = builder.mean(builder.mul(scaled, normalised), axes);
  const centred = builder.minus(builder.minus(scaled, builder.mean(scaled, axes)), builder.mul(normalised, along));
  builder.add('Mul', [centred, inverse], {}, outputs[0]);
  const overOuter = (name: string, output: string) => (outer.length > 0
    ? builder.add('ReduceSum', [name], { axes: outer, keepDims: 0 }, output)
    : builder.add('Reshape', [name], { shape: builder.dims(name) }, output));
  overOuter(builder.mul(gradient, normalised), outputs[1]);
  overOuter(gradient, outputs[2]);
};

const expansions = {
  ReluGradient: reluGradient,
  HardSigmoidGradient: hardSigmoidGradient,
  HardSwishGradient: hardSwishGradient,
  GeluGradient: geluGradient,
  SoftmaxGradient: softmaxGradient,
  BatchNormalizationGradient: batchNormalizationGradient,
  LayerNormalizationGradient: layerNormalizationGradient,
} as const;
