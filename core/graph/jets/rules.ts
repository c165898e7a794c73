import { GraphBuilder } from '../builder.ts';
import type { Dim } from '../dims.ts';
import type { GraphNode, Operator } from '../graph.ts';
import { derivativeName, forwardMode, type Order } from '../tangent.ts';
import { hasImagesInFront, stackedAttributes } from './stack.ts';

/** What a rule may use. */
export interface StackContext {
  readonly builder: GraphBuilder;
  /** One plus the order of the derivatives. */
  readonly components: number;
  /** Of the graph that is transformed; at least one of its inputs moves. */
  readonly node: GraphNode;
  readonly moves: (name: string) => boolean;
  /** The name of a value in the builder: of its stack when it moves. */
  readonly operand: (name: string) => string;
  /** A moving value and its derivatives one by one. */
  readonly parts: (name: string) => readonly string[];
  /** Of a value in the graph that is transformed. */
  readonly dims: (name: string) => readonly Dim[];
}

/** Returns the stack of the node's first output, or undefined when it does not know the case. */
type StackRule = (context: StackContext) => string | undefined;

/** Whether a value that stands still is the same for all images when it meets one that moves. */
function isShared({ dims, node, moves }: StackContext, name: string): boolean {
  const rank = Math.max(...node.inputs.filter(moves).map((input) => dims(input).length));
  return dims(name).length < rank || dims(name)[0] === 1;
}

/** The operator as it is, on stacks, if the images stay in front. */
function kept({ builder, components, node, operand, dims }: StackContext): string | undefined {
  if (!hasImagesInFront(dims(node.outputs[0]))) return undefined;
  return builder.add(node.operator, node.inputs.map(operand), stackedAttributes(node.attributes, components));
}

/** Linear in the one input that moves, and the same for all images. */
const linear: StackRule = (context) => {
  const { node, moves } = context;
  const still = node.inputs.filter((name) => !moves(name));
  return still.length === node.inputs.length - 1 && still.every((name) => isShared(context, name)) ? kept(context) : undefined;
};

/** As `linear` with other values that stand still only behind the one that moves. */
const linearInFirst: StackRule = (context) => (context.moves(context.node.inputs[0]) ? linear(context) : undefined);

/** As `linear`, unless it works along the images. */
const withinImages = (touchesImages: (node: GraphNode) => boolean): StackRule => (context) =>
  (touchesImages(context.node) ? undefined : linear(context));

const listed = (node: GraphNode, attribute: string) => node.attributes[attribute] as readonly number[];

/** A sum of what moves; what stands still is added to the values alone. */
const add = (still: (builder: GraphBuilder, name: string) => string): StackRule => (context) => {
  const { builder, components, node, moves, operand } = context;
  const [a, b] = node.inputs;
  if (moves(a) && moves(b)) return kept(context);
  const [moving, other] = moves(a) ? [a, b] : [b, a];
  if (!isShared(context, other)) return undefined;
  const from = node.operator === 'Sub' && moving === b ? builder.add('Neg', [operand(moving)]) : operand(moving);
  const shift = moving === a ? still(builder, other) : other;
  return builder.add('JetAdd', [from, shift], { components });
};

/** An operator for stacks in place of one for values. */
const replaced = (operator: Operator): StackRule => ({ builder, components, node, moves, operand }) =>
  (node.inputs.every(moves) ? builder.add(operator, node.inputs.map(operand), { ...node.attributes, components }) : undefined);

const conv: StackRule = (context) => {
  const { builder, components, node, moves, operand } = context;
  const [x, weight, bias] = node.inputs;
  if (moves(weight)) return undefined;
  const y = builder.add('Conv', [operand(x), weight], stackedAttributes(node.attributes, components));
  if (bias === undefined) return y;
  return builder.add('JetAdd', [y, builder.reshape(bias, [builder.dims(bias)[0], 1, 1])], { components });
};

/** Each operator on stacks. */
export const stackRules: Readonly<Partial<Record<Operator, StackRule>>> = {
  Add: add((_, name) => name),
  Sub: add((builder, name) => builder.add('Neg', [name])),
  Neg: linear,
  Mul: linear,
  Div: linearInFirst,
  MatMul: (context) => linear(context) ?? replaced('JetMatMul')(context),
  Softmax: replaced('JetSoftmax'),
  Gelu: replaced('JetGelu'),
  Conv: conv,
  AveragePool: linear,
  Reshape: linear,
  Expand: linear,
  Transpose: withinImages((node) => listed(node, 'permutation')[0] !== 0),
  ReduceSum: withinImages((node) => listed(node, 'axes').includes(0)),
  ReduceMean: withinImages((node) => listed(node, 'axes').includes(0)),
  Slice: withinImages((node) => listed(node, 'axes').includes(0)),
  Pad: withinImages((node) => node.attributes.axis === 0),
  Concat: (context) => (context.node.inputs.every(context.moves) && context.node.attributes.axis !== 0 ? kept(context) : undefined),
};

/** Any operator, through its tangents (tangentRules.ts). @returns the value and its derivatives one by one */
export function spelledRule({ builder, components, node, moves, parts, dims }: StackContext): string[] {
  const piece = new GraphBuilder(node.operator);
  const inputs = [...new Set(node.inputs)];
  for (const name of inputs) {
    if (moves(name)) piece.input(name, dims(name));
    else if (builder.scalarSize(name) !== undefined) piece.scalar(builder.scalarSize(name)!);
    else piece.parameter(name, dims(name));
  }
  const [output] = piece.addMany(node.operator, node.inputs, node.attributes);
  const order = (components - 1) as Order;
  const moving = Object.fromEntries(inputs.filter(moves).map((name) => [name, order]));
  const { graph, derivatives } = forwardMode(piece.build([output]), order, moving);

  const names = new Map<string, string>();
  for (const name of inputs) {
    if (!moves(name)) names.set(name, name);
    else parts(name).forEach((part, i) => names.set(i === 0 ? name : derivativeName(name, i as Order), part));
  }
  for (const [name, size] of graph.scalars) names.set(name, builder.scalar(size));
  for (const { operator, inputs: from, outputs, attributes } of graph.nodes) {
    builder.addMany(operator, from.map((name) => names.get(name)!), attributes).forEach((name, i) => names.set(outputs[i], name));
  }
  const value = names.get(output)!;
  const zero = () => builder.add('Expand', [builder.scalar(0)], { shape: builder.dims(value) });
  return [value, ...derivatives.map((found) => (found.has(output) ? names.get(found.get(output)!)! : zero()))];
}
