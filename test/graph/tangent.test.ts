import { describe, expect, it } from 'vitest';
import { GraphBuilder } from '../../core/graph/builder.ts';
import { producers, type Graph } from '../../core/graph/graph.ts';
import { differentiateTwice, hessianVectorProduct } from '../../core/graph/hessian.ts';
import { withoutRepetition } from '../../core/graph/repetition.ts';
import { derivativeName, forwardMode, type Movement, type TangentGraph } from '../../core/graph/tangent.ts';
import { evaluateExactly } from '../engine/exact.ts';

function graphOf(feeds: readonly string[], write: (builder: GraphBuilder) => string): Graph {
  const builder = new GraphBuilder('closed form');
  for (const name of feeds) builder.input(name, ['n']);
  return builder.build([write(builder)]);
}

/** Value and derivatives of the first output for one number in each feed. */
function derivativesAt({ graph, derivatives }: TangentGraph, feeds: Readonly<Record<string, number>>): number[] {
  const values = evaluateExactly(graph, Object.fromEntries(Object.entries(feeds).map(([name, value]) => [name, { shape: [1], data: [value] }])));
  const [output] = graph.outputs;
  return [output, ...derivatives.map((found) => found.get(output))].map((name) => (name === undefined ? 0 : values.get(name)!.data[0]));
}

/** Derivatives of y(x(t)) where x is 0.7 and moves by 1.3 t - 0.4 t^2 / 2. */
function alongCurve(write: (builder: GraphBuilder) => string): number[] {
  return derivativesAt(forwardMode(graphOf(['x'], write), 2, { x: 2 }), { x: 0.7, 'd1:x': 1.3, 'd2:x': -0.4 });
}

describe('forward mode', () => {
  const [x, v, a] = [0.7, 1.3, -0.4];
  const phi = Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI);
  /** f, f' and f'' at x by hand, from which y' = f' v and y'' = f' a + f'' v^2. */
  const closedForms: readonly (readonly [string, (builder: GraphBuilder) => string, readonly [number, number, number]])[] = [
    ['x^2', (b) => b.mul('x', 'x'), [x ** 2, 2 * x, 2]],
    ['exp(x^2)', (b) => b.add('Exp', [b.mul('x', 'x')]), [Math.exp(x * x), 2 * x * Math.exp(x * x), (2 + 4 * x * x) * Math.exp(x * x)]],
    ['log x', (b) => b.add('Log', ['x']), [Math.log(x), 1 / x, -1 / x ** 2]],
    ['1 / sqrt x', (b) => b.div(b.scalar(1), b.add('Sqrt', ['x'])), [x ** -0.5, -0.5 * x ** -1.5, 0.75 * x ** -2.5]],
    ['x / (1 + x)', (b) => b.div('x', b.plus('x', 1)), [x / (1 + x), (1 + x) ** -2, -2 * (1 + x) ** -3]],
    ['hard-swish', (b) => b.add('HardSwish', ['x']), [x * (x + 3) / 6, (2 * x + 3) / 6, 1 / 3]],
    ['relu', (b) => b.add('Relu', ['x']), [x, 1, 0]],
    // erf(0.7 / sqrt 2) = 0.5160727, the share of a normal distribution within 0.7 deviations.
    ['GELU', (b) => b.add('Gelu', ['x']), [x * 0.75803635, 0.75803635 + x * phi, (2 - x * x) * phi]],
  ];

  it.each(closedForms)('gives the derivatives of %s along a curve', (_, write, [f, slope, bend]) => {
    const [value, first, second] = alongCurve(write);
    expect(value).toBeCloseTo(f, 7);
    expect(first).toBeCloseTo(slope * v, 7);
    expect(second).toBeCloseTo(slope * a + bend * v * v, 7);
  });

  it('follows a circle: the second derivative of a linear map of it points back to the centre', () => {
    const graph = graphOf(['x'], (b) => b.mul('x', 3));
    const angle = 0.3;
    const [y, first, second] = derivativesAt(forwardMode(graph, 2, { x: 2 }), { x: Math.cos(angle), 'd1:x': -Math.sin(angle), 'd2:x': -Math.cos(angle) });
    expect(y).toBeCloseTo(3 * Math.cos(angle), 12);
    expect(first).toBeCloseTo(-3 * Math.sin(angle), 12);
    expect(second).toBeCloseTo(-y, 12);
  });

  it('takes mixed derivatives of feeds that move together', () => {
    // (x w)'' = x'' w + 2 x' w' + x w''
    const graph = graphOf(['x', 'w'], (b) => b.mul('x', 'w'));
    const [, first, second] = derivativesAt(forwardMode(graph, 2, { x: 2, w: 2 }), { x: 2, w: 3, 'd1:x': 5, 'd1:w': 7, 'd2:x': 11, 'd2:w': 13 });
    expect([first, second]).toEqual([5 * 3 + 2 * 7, 11 * 3 + 2 * 5 * 7 + 2 * 13]);
  });

  it('carries no zeros: what stands still has no tangent and adds no operation', () => {
    const builder = new GraphBuilder('linear layer');
    builder.input('x', ['B', 'n']);
    builder.parameter('weight', ['n', 'm']);
    builder.parameter('bias', ['m']);
    const graph = builder.build([builder.plus(builder.add('MatMul', ['x', 'weight']), 'bias')]);
    const moved = (moving: Movement) => {
      const { graph: tangent, derivatives } = forwardMode(graph, 2, moving);
      return { inputs: tangent.inputs, added: tangent.nodes.slice(graph.nodes.length).map(({ operator }) => operator), orders: derivatives.map(({ size }) => size) };
    };
    expect(moved({ x: 1 })).toEqual({ inputs: ['x', 'd1:x'], added: ['MatMul'], orders: [1, 0] });
    expect(moved({ x: 2 })).toEqual({ inputs: ['x', 'd1:x', 'd2:x'], added: ['MatMul', 'MatMul'], orders: [1, 1] });
    expect(moved({ bias: 1 })).toEqual({ inputs: ['x', 'd1:bias'], added: ['Expand'], orders: [1, 0] });
    // x' W + x W', and 2 x' W' with the product computed once.
    expect(moved({ x: 1, weight: 1 }).added).toEqual(['MatMul', 'MatMul', 'Add', 'MatMul', 'Add']);
    expect(moved({})).toEqual({ inputs: ['x'], added: [], orders: [0, 0] });
  });

  it('does not ask for directions that no output depends on', () => {
    const graph = graphOf(['x', 'unused'], (b) => b.add('Exp', ['x']));
    expect(forwardMode(graph, 1, { x: 1, unused: 1 }).graph.inputs).toEqual(['x', 'unused', 'd1:x']);
  });

  it('can be applied to its own result', () => {
    // y' = exp(x) x' is linear in x', so turning the direction by w changes it by exp(x) w.
    const once = forwardMode(graphOf(['x'], (b) => b.add('Exp', ['x'])), 1, { x: 1 });
    const slope = once.derivatives[0].get(once.graph.outputs[0])!;
    const turned = forwardMode({ ...once.graph, outputs: [slope] }, 1, { 'd1:x': 1 });
    expect(derivativesAt(turned, { x: 0.5, 'd1:x': 2, 'd1:d1:x': 3 })).toEqual([2 * Math.exp(0.5), 3 * Math.exp(0.5)]);
  });

  it('refuses feeds that the graph does not have, and operators without a rule', () => {
    const graph = graphOf(['x'], (b) => b.add('Exp', ['x']));
    expect(() => forwardMode(graph, 1, { y: 1 })).toThrow(/"y"/);
    const builder = new GraphBuilder('no rule');
    builder.input('x', ['n', 'n']);
    expect(() => forwardMode(builder.build([builder.add('Gemm', ['x', 'x', 'x'])]), 1, { x: 1 })).toThrow(/Gemm .*no tangent/);
  });
});

describe('Hessian-vector products', () => {
  it('are those of a quadratic form: H v with H = A + A transposed', () => {
    const builder = new GraphBuilder('quadratic form');
    builder.input('x', ['n', 1]);
    builder.parameter('A', ['n', 'n']);
    const graph = builder.build([builder.add('MatMul', [builder.transpose('x', [1, 0]), builder.add('MatMul', ['A', 'x'])])]);
    const [y] = graph.outputs;
    const { graph: product, derivatives: [products] } = hessianVectorProduct(graph, y, ['x']);
    const values = evaluateExactly(product, {
      x: { shape: [3, 1], data: [1, -2, 0.5] }, A: { shape: [3, 3], data: [1, 2, 3, 4, 5, 6, 7, 8, 10] },
      [`d:${y}`]: { shape: [1, 1], data: [1] }, 'd1:x': { shape: [3, 1], data: [1, 0, -1] },
    });
    // A + A' = [[2, 6, 10], [6, 10, 14], [10, 14, 20]] by hand.
    expect([...values.get(products.get(product.outputs[0])!)!.data as Float64Array]).toEqual([2 - 10, 6 - 14, 10 - 20]);
    expect([...values.get(product.outputs[0])!.data as Float64Array]).toEqual([2 - 12 + 5, 6 - 20 + 7, 10 - 28 + 10]);
  });

  it('of a linear graph are zero, and are not computed', () => {
    const graph = graphOf(['x'], (b) => b.mul('x', 3));
    expect(hessianVectorProduct(graph, graph.outputs[0], ['x']).derivatives[0].size).toBe(0);
  });

  it('come as a forward and a backward graph for the blocks of a chain, which need only what moves', () => {
    const builder = new GraphBuilder('linear layer');
    builder.input('x', ['B', 'n']);
    builder.parameter('weight', ['n', 'm']);
    const graph = builder.build([builder.add('MatMul', ['x', 'weight'])]);
    const { forward, backward, graphs } = differentiateTwice(graph, graph.outputs[0], ['x', 'weight'], ['weight']);
    expect(forward.graph.inputs).toEqual(['x', 'd1:weight']);
    expect(backward.graph.inputs).toEqual(expect.arrayContaining(['d1:weight', derivativeName(graphs.upstream, 1)]));
    expect(backward.graph.inputs).not.toContain('d1:x');
    const still = differentiateTwice(graph, graph.outputs[0], ['weight'], [], false);
    expect(still.backward.derivatives[0].size).toBe(0);
  });
});

describe('leaving out repetition', () => {
  it('does each operation once, whoever asks for it, and keeps the names of outputs', () => {
    const builder = new GraphBuilder('repeated');
    builder.input('x', ['n']);
    const [one, two] = [builder.mul('x', 2), builder.mul('x', 2)];
    const output = builder.add('Neg', [builder.plus(one, two)], {}, 'y');
    const again = builder.add('Neg', [builder.plus(one, two)], {}, 'z');
    const other = builder.mul('x', 3);
    const reduced = withoutRepetition(builder.build([output, again, other]));
    expect(reduced.nodes.map(({ operator }) => operator)).toEqual(['Mul', 'Add', 'Neg', 'Neg', 'Mul']);
    expect(reduced.outputs).toEqual([output, again, other]);
    expect(producers(reduced).get('z')!.inputs).toEqual(producers(reduced).get('y')!.inputs);
  });
});
