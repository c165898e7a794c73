import type { Random } from '../../core/base/random.ts';
import { GraphBuilder } from '../../core/graph/builder.ts';
import type { Graph, Operator } from '../../core/graph/graph.ts';
import { normal, type Feeds, type HostValue } from '../engine/compare.ts';

/** A graph of one operator with random feeds. */
export interface Case {
  readonly graph: Graph;
  readonly feeds: Feeds;
}

/** `draw` counts the cases of an operator, for those that enumerate their variants. */
export type MakeCase = (random: Random, draw: number) => Case;

/** A small size; one is common, because broadcasting is where gradients go wrong. */
const size = (random: Random) => random.choice([1, 1, 2, 3, 5]);
const sizes = (random: Random, rank: number) => Array.from({ length: rank }, () => size(random));

/** Two shapes that broadcast: axes of either are one or absent at random. */
function broadcastPair(random: Random): [number[], number[]] {
  const whole = sizes(random, 1 + random.integer(4));
  const part = () => {
    const shape = whole.map((dim) => (random.chance(0.35) ? 1 : dim));
    return random.chance(0.35) ? shape.slice(random.integer(shape.length)) : shape;
  };
  return [part(), part()];
}

function binary(operator: Operator, second: (random: Random, shape: readonly number[]) => HostValue = normal): MakeCase {
  return (random) => {
    const [a, b] = broadcastPair(random);
    const builder = new GraphBuilder(operator);
    builder.input('a', a);
    builder.input('b', b);
    return { graph: builder.build([builder.add(operator, ['a', 'b'])]), feeds: { a: normal(random, a), b: second(random, b) } };
  };
}

/** An operator of one input, on a symbolic shape. */
export function unary(operator: Operator, values: (random: Random, shape: readonly number[]) => HostValue, attributes: Record<string, number> = {}): MakeCase {
  return (random) => {
    const shape = sizes(random, 1 + random.integer(4));
    const builder = new GraphBuilder(operator);
    builder.input('x', shape.map((_, axis) => `d${axis}`));
    return { graph: builder.build([builder.add(operator, ['x'], attributes)]), feeds: { x: values(random, shape) } };
  };
}

const positive = (random: Random, shape: readonly number[]) => ({ shape, data: normal(random, shape).data.map((v) => 0.5 + Math.abs(v)) });
/** On both sides of zero, but not close to it. */
const awayFromZero = (random: Random, shape: readonly number[]) => ({ shape, data: normal(random, shape).data.map((v) => v + Math.sign(v) * 0.5) });
export const wide = (random: Random, shape: readonly number[]) => normal(random, shape, 0, 3);

const matMul: MakeCase = (random) => {
  const [batchA, batchB] = broadcastPair(random).map((shape) => shape.slice(-2));
  const [rows, inner, columns] = sizes(random, 3);
  const ranks = random.integer(3);
  const a = [...(ranks === 1 ? [] : batchA), rows, inner];
  const b = [...(ranks === 2 ? [] : batchB), inner, columns];
  const builder = new GraphBuilder('MatMul');
  builder.input('a', a);
  builder.parameter('b', b);
  return { graph: builder.build([builder.add('MatMul', ['a', 'b'])]), feeds: { a: normal(random, a), b: normal(random, b) } };
};

/** Convolutions as the network uses them: symbolic sizes, kernels 1, 3 and 5, strides 1 and 2, dense and depthwise, with and without bias. */
const conv: MakeCase = (random, draw) => {
  if (draw >= 24) return windows(random, draw);
  const depthwise = draw % 2 === 1;
  const stride = 1 + (draw >> 1) % 2;
  const map = 1 + (draw >> 2) % 2 + 2 * random.integer(4);
  const kernelSize = [1, 3, 5][(draw >> 3) % 3];
  const [batch, inputs, outputs] = sizes(random, 3);
  const filters = depthwise ? inputs : outputs;
  const builder = new GraphBuilder('Conv');
  const shapes = { x: [batch, inputs, map, map], weight: [filters, depthwise ? 1 : inputs, kernelSize, kernelSize], bias: [filters] };
  builder.input('x', ['B', 'inputs', 'H', 'W']);
  builder.parameter('weight', [depthwise ? 'inputs' : 'outputs', depthwise ? 1 : 'inputs', kernelSize, kernelSize]);
  const bias = random.chance(0.5) ? builder.parameter('bias', [depthwise ? 'inputs' : 'outputs']) : undefined;
  const y = builder.conv('x', 'weight', { stride, depthwise, oddSize: map % 2 === 1, ...(bias ? { bias } : {}) });
  return {
    graph: builder.build([y]),
    feeds: { x: normal(random, shapes.x), weight: normal(random, shapes.weight), ...(bias ? { bias: normal(random, shapes.bias) } : {}) },
  };
};

/** Windows of any size, stride and padding that end with the padded map. */
const windows: MakeCase = (random, draw) => {
  const depthwise = draw % 2 === 1;
  const [kernelSize, stride] = [1 + random.integer(4), 1 + random.integer(3)];
  const pads = [0, 1, 2, 3].map(() => random.integer(2));
  const [rows, columns] = [1 + random.integer(3), 1 + random.integer(3)];
  const size = (count: number, zeros: number) => kernelSize + stride * (count - 1) - zeros;
  const [height, width] = [size(rows, pads[0] + pads[2]), size(columns, pads[1] + pads[3])];
  if (height < 1 || width < 1) return windows(random, draw);
  const [batch, inputs, outputs] = sizes(random, 3);
  const filters = depthwise ? inputs : outputs;
  const builder = new GraphBuilder('Conv');
  builder.input('x', ['B', 'inputs', 'H', 'W']);
  builder.parameter('weight', [depthwise ? 'inputs' : 'outputs', depthwise ? 1 : 'inputs', kernelSize, kernelSize]);
  builder.parameter('bias', [depthwise ? 'inputs' : 'outputs']);
  const y = builder.conv('x', 'weight', { stride, depthwise, pads, bias: 'bias' });
  return {
    graph: builder.build([y]),
    feeds: {
      x: normal(random, [batch, inputs, height, width]), weight: normal(random, [filters, depthwise ? 1 : inputs, kernelSize, kernelSize]),
      bias: normal(random, [filters]),
    },
  };
};

const batchNormalization: MakeCase = (random) => {
  const channels = size(random);
  // At least four values per channel: with fewer, the gradient is mostly rounding.
  const shape = [1 + random.integer(3), channels, 2 + random.integer(3), 2 + random.integer(3)];
  const builder = new GraphBuilder('BatchNormalization');
  builder.input('x', ['B', 'C', 'H', 'W']);
  builder.parameter('scale', ['C']);
  builder.parameter('bias', ['C']);
  const outputs = builder.addMany('BatchNormalization', ['x', 'scale', 'bias', 'bias', 'scale'], { epsilon: 1e-3, training: 1 });
  return {
    graph: builder.build(outputs),
    feeds: { x: normal(random, shape, 0.5, 2), scale: normal(random, [channels], 1, 0.3), bias: normal(random, [channels]) },
  };
};

const layerNormalization: MakeCase = (random) => {
  const shape = [size(random), 2 + random.integer(3), 1 + random.integer(4), 2 + random.integer(3)];
  const axis = 1 + random.integer(3);
  const builder = new GraphBuilder('LayerNormalization');
  const dims = shape.map((_, i) => `d${i}`);
  builder.input('x', dims);
  builder.parameter('scale', dims.slice(axis));
  builder.parameter('bias', dims.slice(axis));
  const [y] = builder.addMany('LayerNormalization', ['x', 'scale', 'bias'], { axis, epsilon: 1e-3 });
  return {
    graph: builder.build([y]),
    feeds: { x: normal(random, shape, 0.5, 2), scale: normal(random, shape.slice(axis), 1, 0.3), bias: normal(random, shape.slice(axis)) },
  };
};

const averagePool: MakeCase = (random) => {
  const map = 1 + random.integer(7);
  const shape = [size(random), size(random), map, map];
  const builder = new GraphBuilder('AveragePool');
  builder.input('x', ['B', 'C', 'H', 'W']);
  return { graph: builder.build([builder.add('AveragePool', ['x'], { oddSize: map % 2 })]), feeds: { x: normal(random, shape) } };
};

function reduction(operator: 'ReduceSum' | 'ReduceMean'): MakeCase {
  return (random) => {
    const shape = sizes(random, 1 + random.integer(4));
    const axes = shape.map((_, axis) => axis).filter(() => random.chance(0.5));
    const builder = new GraphBuilder(operator);
    builder.input('x', shape.map((_, axis) => `d${axis}`));
    return {
      graph: builder.build([builder.add(operator, ['x'], { axes: axes.length > 0 ? axes : [0], keepDims: random.integer(2) })]),
      feeds: { x: normal(random, shape) },
    };
  };
}

const reshape: MakeCase = (random) => {
  const [a, b, c] = sizes(random, 3);
  const builder = new GraphBuilder('Reshape');
  builder.input('x', ['a', 'b*c']);
  builder.parameter('ruler', ['b']);
  const target = random.choice([['a', 'b', 'c'], ['a', 'b', -1], [-1, 'c'], ['a*b', 'c'], [1, 'a*b*c'], ['b*c', 'a']]);
  // The ruler only tells the size of b.
  const shaped = builder.reshape('x', target);
  return {
    graph: builder.build([builder.mul(shaped, builder.sum('ruler', [0], false))]),
    feeds: { x: normal(random, [a, b * c]), ruler: normal(random, [b]) },
  };
};

/** Rotations first: unlike exchanges of two axes they are not their own inverses. */
const transpose: MakeCase = (random, draw) => {
  const shape = draw < 2 ? [2, 3, 4, 5].slice(draw) : sizes(random, 1 + random.integer(4));
  const axes = shape.map((_, axis) => axis);
  const builder = new GraphBuilder('Transpose');
  builder.input('x', shape);
  const y = builder.transpose('x', draw < 2 ? [...axes.slice(1), 0] : random.shuffled(axes));
  return { graph: builder.build([y]), feeds: { x: normal(random, shape) } };
};

const expand: MakeCase = (random) => {
  const to = sizes(random, 1 + random.integer(3)).map((dim) => dim + 1);
  const from = to.map((dim) => (random.chance(0.5) ? 1 : dim)).slice(random.integer(to.length));
  const builder = new GraphBuilder('Expand');
  builder.input('x', from);
  return { graph: builder.build([builder.add('Expand', ['x'], { shape: to })]), feeds: { x: normal(random, from) } };
};

/** Rows are drawn with repetition, from tables with and without further axes, by lists and grids of indices. */
const gather: MakeCase = (random) => {
  const table = [1 + random.integer(4), ...sizes(random, random.integer(3))];
  const indices = random.choice([[7], [1], [3, 4]]);
  const builder = new GraphBuilder('Gather');
  builder.input('x', table.map((_, axis) => `d${axis}`));
  builder.table('indices', indices.map((_, axis) => `i${axis}`));
  const data = Int32Array.from({ length: indices.reduce((a, b) => a * b) }, () => random.integer(table[0]));
  return { graph: builder.build([builder.add('Gather', ['x', 'indices'])]), feeds: { x: normal(random, table), indices: { shape: indices, data } } };
};

/** A few of a symbolic number of tokens, the rest of them, and a middle part of a known size. */
const slice: MakeCase = (random, draw) => {
  const shape = [size(random), 2 + random.integer(4), size(random)];
  const builder = new GraphBuilder('Slice');
  const middle = draw % 3 === 2;
  builder.input('x', ['a', middle ? shape[1] : 'n', 'c']);
  const [start, count] = [[0, 1], [1, '(n-1)'], [1, shape[1] - 1]][draw % 3] as [number, number | string];
  return { graph: builder.build([builder.slice('x', 1, start, ['a', count, 'c'])]), feeds: { x: normal(random, shape) } };
};

const pad: MakeCase = (random, draw) => {
  const shape = [size(random), size(random), size(random)];
  const builder = new GraphBuilder('Pad');
  builder.input('x', draw % 2 === 0 ? ['a', 'n', 'c'] : shape);
  return { graph: builder.build([builder.pad('x', 1, random.integer(3), random.integer(3))]), feeds: { x: normal(random, shape) } };
};

/** Two or three parts along any axis, the last of a symbolic size. */
const concat: MakeCase = (random, draw) => {
  const axis = draw % 3;
  const parts = ['a', 'b', 'c'].slice(0, 2 + draw % 2);
  const shape = sizes(random, 3);
  const shapes = parts.map(() => shape.with(axis, size(random)));
  const builder = new GraphBuilder('Concat');
  parts.forEach((name, i) => builder.input(name, shapes[i].map((own, at) => (at !== axis ? `d${at}` : i === parts.length - 1 ? 'n' : own))));
  return { graph: builder.build([builder.concat(parts, axis)]), feeds: Object.fromEntries(parts.map((name, i) => [name, normal(random, shapes[i])])) };
};

/** Every operator that can be differentiated, over random shapes. */
export const operatorCases: Readonly<Record<string, MakeCase>> = {
  Add: binary('Add'), Sub: binary('Sub'), Mul: binary('Mul'), Div: binary('Div', awayFromZero),
  Neg: unary('Neg', normal), Sqrt: unary('Sqrt', positive), Exp: unary('Exp', normal), Log: unary('Log', positive),
  Relu: unary('Relu', normal),
  HardSigmoid: (random, draw) => unary('HardSigmoid', wide, draw % 2 === 0 ? {} : { alpha: 0.2, beta: 0.4 } as Record<string, number>)(random, draw),
  HardSwish: unary('HardSwish', wide), Gelu: unary('Gelu', wide), Tanh: unary('Tanh', wide), Slice: slice, Pad: pad, Concat: concat, Softmax: unary('Softmax', wide),
  MatMul: matMul, Conv: conv, BatchNormalization: batchNormalization, LayerNormalization: layerNormalization,
  AveragePool: averagePool, ReduceSum: reduction('ReduceSum'), ReduceMean: reduction('ReduceMean'),
  Reshape: reshape, Transpose: transpose, Expand: expand, Gather: gather,
};

/** How many random cases make sense for an operator, where it has many variants; few for the others. */
export const operatorDraws: Readonly<Record<string, number>> = { Conv: 32, MatMul: 8, AveragePool: 6 };
