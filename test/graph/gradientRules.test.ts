import { beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../../core/base/random.ts';
import type { Engine } from '../../core/engine/engine.ts';
import { GraphBuilder } from '../../core/graph/builder.ts';
import { differentiableFeeds, differentiate } from '../../core/graph/gradient.ts';
import { gradientRules } from '../../core/graph/gradientRules.ts';
import type { Graph } from '../../core/graph/graph.ts';
import { bothEngines, normal, relativeDifference, runForward, runGraph, type Feeds } from '../engine/compare.ts';
import { evaluateExactly, finiteDifference } from '../engine/exact.ts';
import { operatorCases, operatorDraws } from './operatorCases.ts';

describe('gradient rules', () => {
  let ort: Engine;
  let js: Engine;
  beforeAll(async () => { [ort, js] = await bothEngines(); });

  it('are all checked here: a new rule needs a new case', () => {
    expect(Object.keys(operatorCases).sort()).toEqual(Object.keys(gradientRules).sort());
  });

  describe.each(Object.keys(operatorCases))('%s', (operator) => {
    it.each(Array.from({ length: operatorDraws[operator] ?? 5 }, (_, draw) => draw))('agrees with tfjs and with finite differences (random case %i)', async (draw) => {
      const random = new Random(`gradient rule ${operator} ${draw}`);
      const { graph, feeds } = operatorCases[operator](random, draw);
      const exact = evaluateExactly(graph, feeds).get(graph.outputs[0])!;
      const weights = normal(random, exact.shape);
      const wrt = Object.keys(feeds).filter((name) => feeds[name].data instanceof Float32Array);
      const [fast, reference] = [await runGraph(ort, graph, feeds, weights, wrt), await runGraph(js, graph, feeds, weights, wrt)];

      expect(relativeDifference(fast.output, exact.data)).toBeLessThan(1e-5);
      expect(relativeDifference(reference.output, exact.data)).toBeLessThan(1e-5);
      expect(relativeDifference(await runForward(ort, graph, feeds), exact.data)).toBeLessThan(1e-5);
      for (const name of wrt) {
        expect(fast.gradients[name].length).toBe(feeds[name].data.length);
        // Where terms cancel, float32 is exact to the terms' size, which is one here.
        expect(relativeDifference(fast.gradients[name], reference.gradients[name], 1), `${name}, tfjs`).toBeLessThan(2e-5);
        for (const index of someIndices(random, feeds[name].data.length)) {
          const slope = finiteDifference(graph, feeds, weights.data, name, index);
          expect(relativeDifference([fast.gradients[name][index]], [slope], scaleOf(fast.gradients[name])), `${name}[${index}], finite difference`).toBeLessThan(5e-5);
        }
      }
    });
  });
});

describe('differentiate', () => {
  let ort: Engine;
  beforeAll(async () => { [ort] = await bothEngines(); });

  /** y = relu(a w) w + a, in which w is used twice and a three times. */
  function reusingGraph(): { graph: Graph; feeds: Feeds } {
    const random = new Random('reuse');
    const builder = new GraphBuilder('reuse');
    builder.input('a', ['n', 'n']);
    builder.parameter('w', ['n', 'n']);
    const product = builder.add('MatMul', ['a', 'w']);
    const again = builder.add('MatMul', [builder.add('Relu', [product]), 'w']);
    return {
      graph: builder.build([builder.plus(builder.mul(again, 'a'), 'a')]),
      feeds: { a: normal(random, [4, 4]), w: normal(random, [4, 4]) },
    };
  }

  it('adds up the gradients of a value that is used several times', async () => {
    const { graph, feeds } = reusingGraph();
    const weights = normal(new Random(1), [4, 4]);
    const { gradients } = await runGraph(ort, graph, feeds, weights, ['a', 'w']);
    for (const name of ['a', 'w']) {
      const slopes = feeds[name].data.map((_, index) => finiteDifference(graph, feeds, weights.data, name, index));
      expect(relativeDifference(gradients[name], slopes), name).toBeLessThan(1e-5);
    }
  });

  it('gives the same gradient whichever others are asked for beside it', async () => {
    const { graph, feeds } = reusingGraph();
    const weights = normal(new Random(1), [4, 4]);
    const both = await runGraph(ort, graph, feeds, weights, ['a', 'w']);
    for (const name of ['a', 'w']) {
      const alone = await runGraph(ort, graph, feeds, weights, [name]);
      expect(alone.gradients[name]).toEqual(both.gradients[name]);
    }
  });

  it('hands out one gradient per name even where all are the arriving one', async () => {
    const builder = new GraphBuilder('sum');
    for (const name of ['a', 'b', 'c']) builder.input(name, ['n']);
    const graph = builder.build([builder.plus(builder.plus('a', 'b'), 'c')]);
    const feeds = Object.fromEntries(['a', 'b', 'c'].map((name, i) => [name, normal(new Random(i), [3])]));
    const weights = { shape: [3], data: Float32Array.of(1, -2, 3) };
    const { gradients } = await runGraph(ort, graph, feeds, weights, ['a', 'b', 'c']);
    for (const name of ['a', 'b', 'c']) expect([...gradients[name]]).toEqual([1, -2, 3]);
  });

  it('keeps only values that the backward pass reads, and recomputes cheap ones', () => {
    const builder = new GraphBuilder('kept');
    builder.input('x', ['n', 'n']);
    builder.parameter('w', ['n', 'n']);
    const product = builder.add('MatMul', ['x', 'w']);
    const active = builder.add('HardSwish', [product]);
    const { kept, backward, forward } = differentiate(builder.build([builder.add('MatMul', [active, 'w'])]), 'matmul:2', ['x', 'w']);
    expect(kept).toEqual([product]);
    expect(forward.outputs).toEqual(['matmul:2', product]);
    expect(backward.inputs).toEqual(expect.arrayContaining(['x', 'd:matmul:2', product]));
  });

  it('finds the feeds that the result depends on, tables aside', () => {
    const builder = new GraphBuilder('feeds');
    builder.input('x', ['n', 'm']);
    builder.parameter('unused', ['n']);
    builder.parameter('bias', ['m']);
    builder.table('rows', ['k']);
    const picked = builder.add('Gather', ['x', 'rows']);
    expect(differentiableFeeds(builder.build([builder.plus(picked, 'bias')]))).toEqual(['x', 'bias']);
  });

  it('refuses names that the output does not depend on, and operators without a rule', () => {
    const builder = new GraphBuilder('refused');
    builder.input('x', ['n']);
    builder.parameter('unused', ['n']);
    const graph = builder.build([builder.mul('x', 2), builder.add('Abs', ['x'])]);
    expect(() => differentiate(graph, graph.outputs[0], ['unused'])).toThrow(/does not depend on/);
    expect(() => differentiate(graph, graph.outputs[0], ['x', 'unused'])).toThrow(/"unused"/);
    expect(() => differentiate(graph, graph.outputs[1], ['x'])).toThrow(/Abs .*no gradient/);
  });

  it('refuses batch norms with running statistics', () => {
    const builder = new GraphBuilder('running');
    builder.input('x', ['B', 'C', 'H', 'W']);
    for (const name of ['scale', 'bias', 'mean', 'variance']) builder.parameter(name, ['C']);
    const graph = builder.build([builder.add('BatchNormalization', ['x', 'scale', 'bias', 'mean', 'variance'], { epsilon: 1e-5 })]);
    expect(() => differentiate(graph, graph.outputs[0], ['x'])).toThrow(/running statistics/);
  });
});

function someIndices(random: Random, length: number): number[] {
  return random.shuffled(Array.from({ length }, (_, i) => i)).slice(0, 12);
}

function scaleOf(values: ArrayLike<number>): number {
  return Array.from(values).reduce((largest, value) => Math.max(largest, Math.abs(value)), 1);
}
