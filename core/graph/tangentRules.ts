import { expandAdjoint } from './adjoints.ts';
import { geluBend, hardSwishBend, type Bend } from './bends.ts';
import type { GraphBuilder } from './builder.ts';
import { tanhSlope } from './gradientRules.ts';
import type { GraphNode, Operator } from './graph.ts';
import { spellBatchNormalization, spellLayerNormalization } from './norms.ts';

/** What a rule may use. It returns the derivative of each output along the curve, or undefined where that is zero. */
export interface TangentContext {
  readonly builder: GraphBuilder;
  readonly node: GraphNode;
  /** The derivative of a value along the curve; undefined where it is zero, which is never carried along. */
  readonly tangent: (name: string) => string | undefined;
}

type TangentRule = (context: TangentContext) => readonly (string | undefined)[];

/** The sum of those terms that are not zero. */
function sum(builder: GraphBuilder, terms: readonly (string | undefined)[]): string | undefined {
  const present = terms.filter((term) => term !== undefined);
  return present.length === 0 ? undefined : present.reduce((total, term) => builder.plus(total, term));
}

/** Gives a tangent the shape of the output, to which its value was broadcast. */
function spread({ builder, node }: TangentContext, tangent: string): string {
  const [from, to] = [builder.dims(tangent), builder.dims(node.outputs[0])];
  return from.length === to.length && from.every((dim, axis) => dim === to[axis]) ? tangent : builder.add('Expand', [tangent], { shape: to });
}

/** Linear in each of these inputs while the others stand still: the product rule. */
const linearIn = (...positions: readonly number[]): TangentRule => ({ builder, node, tangent }) => {
  const terms = positions.map((position) => {
    const moved = tangent(node.inputs[position]);
    return moved === undefined ? undefined : builder.add(node.operator, node.inputs.with(position, moved), node.attributes);
  });
  return [sum(builder, terms)];
};

/** The adjoint of an elementwise operator is its tangent too: both multiply by the slope at the input. */
const slope = (adjoint: Operator): TangentRule => ({ builder, node, tangent }) =>
  [builder.add(adjoint, [tangent(node.inputs[0])!, node.inputs[0]], node.attributes)];

/** As the operator's spelling with simpler ones, whose outputs are given in the order of its own. */
const spelled = (spell: (builder: GraphBuilder, node: GraphNode) => readonly string[]): TangentRule => ({ builder, node, tangent }) =>
  spell(builder, node).map(tangent);

const adjoint = spelled((builder, node) => {
  const outputs = node.outputs.map((name) => unused(builder, `tangent/spelled:${name}`));
  expandAdjoint(builder, { ...node, outputs });
  return outputs;
});

function unused(builder: GraphBuilder, name: string): string {
  return builder.has(name) ? unused(builder, `${name}'`) : name;
}

const add: TangentRule = (context) => {
  const total = sum(context.builder, context.node.inputs.map(context.tangent));
  return [total && spread(context, total)];
};

const subtract: TangentRule = (context) => {
  const { builder, node, tangent } = context;
  const [a, b] = node.inputs.map(tangent);
  if (b === undefined) return [a && spread(context, a)];
  return [spread(context, a === undefined ? builder.add('Neg', [b]) : builder.minus(a, b))];
};

const multiply: TangentRule = (context) => {
  const { builder, node: { inputs: [a, b] }, tangent } = context;
  const moved = tangent(a);
  if (a === b && moved !== undefined) return [builder.mul(builder.mul(moved, a), 2)];
  return linearIn(0, 1)(context);
};

/** (a / b)' = (a' - (a / b) b') / b */
const divide: TangentRule = ({ builder, node: { inputs: [a, b], outputs: [y] }, tangent }) => {
  const [da, db] = [a, b].map(tangent);
  if (db === undefined) return [da && builder.div(da, b)];
  const shift = builder.mul(y, db);
  return [builder.div(da === undefined ? builder.add('Neg', [shift]) : builder.minus(da, shift), b)];
};

const conv: TangentRule = (context) => {
  const { builder, node, tangent } = context;
  const [x, weight] = node.inputs;
  const [dx, dWeight, dBias] = node.inputs.map(tangent);
  const factors = [[dx, weight], [x, dWeight]].filter((pair): pair is [string, string] => pair.every((name) => name !== undefined));
  if (factors.length === 0) return [dBias && spread(context, builder.reshape(dBias, [1, builder.dims(dBias)[0], 1, 1]))];
  return [sum(builder, factors.map((pair, i) => builder.add('Conv', dBias && i === 0 ? [...pair, dBias] : pair, node.attributes)))];
};

/** The derivative of y (g - <g, y>), where y is a softmax along the last axis. */
const softmaxGradient: TangentRule = ({ builder, node, tangent }) => {
  const [gradient, y] = node.inputs;
  const [dGradient, dy] = node.inputs.map(tangent);
  const along = (a: string, b: string) => builder.sum(builder.mul(a, b), [builder.dims(y).length - 1]);
  const moved = dGradient && builder.add('SoftmaxGradient', [dGradient, y]);
  if (dy === undefined) return [moved];
  const turned = builder.minus(builder.mul(dy, builder.minus(gradient, along(gradient, y))), builder.mul(y, along(gradient, dy)));
  return [sum(builder, [moved, turned])];
};

/** g s(x), with s the slope of an activation that bends. */
const bent = (bend: Bend): TangentRule => (context) => {
  const { builder, node: { inputs: [gradient, x] }, tangent } = context;
  const dx = tangent(x);
  return [sum(builder, [...linearIn(0)(context), dx && bend(builder, builder.mul(gradient, dx), x)])];
};

/** Derivative of each operator's outputs along a curve; called only when an input moves. */
export const tangentRules: Readonly<Partial<Record<Operator, TangentRule>>> = {
  Add: add,
  Sub: subtract,
  Mul: multiply,
  Div: divide,
  Neg: linearIn(0),
  Abs: ({ builder, node: { inputs: [x] }, tangent }) => [builder.mul(tangent(x)!, builder.add('Sign', [x]))],
  Sign: () => [undefined],
  Sqrt: ({ builder, node: { inputs: [x], outputs: [y] }, tangent }) => [builder.div(builder.mul(tangent(x)!, 0.5), y)],
  Exp: ({ builder, node: { inputs: [x], outputs: [y] }, tangent }) => [builder.mul(tangent(x)!, y)],
  Log: ({ builder, node: { inputs: [x] }, tangent }) => [builder.div(tangent(x)!, x)],
  Erf: ({ builder, node: { inputs: [x] }, tangent }) => {
    const bell = builder.add('Exp', [builder.add('Neg', [builder.mul(x, x)])]);
    return [builder.mul(tangent(x)!, builder.mul(bell, 2 / Math.sqrt(Math.PI)))];
  },
  Tanh: ({ builder, node: { inputs: [x], outputs: [y] }, tangent }) => [builder.mul(tangent(x)!, tanhSlope(builder, y))],
  Relu: slope('ReluGradient'),
  HardSigmoid: slope('HardSigmoidGradient'),
  HardSwish: slope('HardSwishGradient'),
  Gelu: slope('GeluGradient'),
  // Its Jacobian is symmetric, so the adjoint is the tangent.
  Softmax: ({ builder, node: { inputs: [x], outputs: [y] }, tangent }) => [builder.add('SoftmaxGradient', [tangent(x)!, y])],
  LayerNormalization: spelled(spellLayerNormalization),
  BatchNormalization: spelled(spellBatchNormalization),
  Conv: conv,
  MatMul: linearIn(0, 1),
  AveragePool: linearIn(0),
  ReduceSum: linearIn(0),
  ReduceMean: linearIn(0),
  Reshape: linearIn(0),
  Transpose: linearIn(0),
  Expand: linearIn(0),
  Gather: linearIn(0),
  Slice: linearIn(0),
  Pad: linearIn(0),
  Concat: ({ builder, node: { inputs, attributes }, tangent }) => [builder.add('Concat', inputs.map((name) =>
    tangent(name) ?? builder.add('Expand', [builder.scalar(0)], { shape: builder.dims(name) })), attributes)],
  ScatterAdd: linearIn(1),
  AveragePoolGradient: linearIn(0),
  ConvInputGradient: linearIn(0, 1),
  ConvWeightGradient: linearIn(0, 1),
  // The slopes of these are constant between their kinks.
  ReluGradient: linearIn(0),
  HardSigmoidGradient: linearIn(0),
  HardSwishGradient: bent(hardSwishBend),
  GeluGradient: bent(geluBend),
  SoftmaxGradient: softmaxGradient,
  LayerNormalizationGradient: adjoint,
  BatchNormalizationGradient: adjoint,
};
