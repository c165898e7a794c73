import { geluBend, hardSwishBend, type Bend } from './bends.ts';
import type { GradientRule } from './gradientRules.ts';
import type { Operator } from './graph.ts';

/** g s(x), with s the slope of an activation: linear in g, so its own adjoint; in x it bends, or is constant between kinks. */
const sloped = (bend?: Bend): GradientRule => ({ builder, gradient, node, need, wanted }) => {
  const [factor, x] = node.inputs;
  return [
    wanted[0] ? builder.add(node.operator, [gradient, need(x)], node.attributes) : undefined,
    wanted[1] && bend ? bend(builder, builder.mul(gradient, need(factor)), need(x)) : undefined,
  ];
};

/** y (g - <g, y>) along the last axis. */
const softmaxGradient: GradientRule = ({ builder, gradient, node, need, wanted, dims }) => {
  const [factor, y] = node.inputs.map(need);
  const along = (a: string, b: string) => builder.sum(builder.mul(a, b), [dims(y).length - 1]);
  return [
    wanted[0] ? builder.add('SoftmaxGradient', [gradient, y]) : undefined,
    wanted[1]
      ? builder.minus(builder.mul(gradient, builder.minus(factor, along(factor, y))), builder.mul(factor, along(gradient, y)))
      : undefined,
  ];
};

/**
 * Gradients of operators that appear in tangents (tangentRules.ts): with them, reverse mode differentiates what forward
 * mode derived. Convolution and its two adjoints are one trilinear form, so each has the others as gradients.
 */
export const adjointGradientRules: Readonly<Partial<Record<Operator, GradientRule>>> = {
  ReluGradient: sloped(),
  HardSigmoidGradient: sloped(),
  HardSwishGradient: sloped(hardSwishBend),
  GeluGradient: sloped(geluBend),
  SoftmaxGradient: softmaxGradient,
  ConvInputGradient: ({ builder, gradient, node: { inputs: [arriving, weight], attributes: { shape: _, ...window } }, need, wanted, dims }) => [
    wanted[0] ? builder.add('Conv', [gradient, need(weight)], window) : undefined,
    wanted[1] ? builder.add('ConvWeightGradient', [gradient, need(arriving)], { ...window, shape: dims(weight) }) : undefined,
  ],
  ConvWeightGradient: ({ builder, gradient, node: { inputs: [x, arriving], attributes: { shape: _, ...window } }, need, wanted, dims }) => [
    wanted[0] ? builder.add('ConvInputGradient', [need(arriving), gradient], { ...window, shape: dims(x) }) : undefined,
    wanted[1] ? builder.add('Conv', [need(x), gradient], window) : undefined,
  ],
  AveragePoolGradient: ({ builder, gradient, node }) => [builder.add('AveragePool', [gradient], { oddSize: node.attributes.oddSize })],
  ScatterAdd: ({ builder, gradient, node, need }) => [undefined, builder.add('Gather', [gradient, need(node.inputs[0])])],
};
