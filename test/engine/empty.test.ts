import { beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../../core/base/random.ts';
import { backpropagate } from '../../core/engine/chain.ts';
import type { Engine } from '../../core/engine/engine.ts';
import { flatParameters } from '../../core/engine/flatParameters.ts';
import { GraphBuilder } from '../../core/graph/builder.ts';
import { differentiableFeeds } from '../../core/graph/gradient.ts';
import type { Graph } from '../../core/graph/graph.ts';
import { modeGraph } from '../../core/model/forward.ts';
import { allBlocks, blockFeeds } from '../model/blockCases.ts';
import { bothEngines, normal, runForward, runGraph, type Feeds } from './compare.ts';
import { evaluateExactly, sizeOf } from './exact.ts';

/*
 * Nothing in, nothing out: a batch without images, a table without rows, a sum of no terms. Inference and gradients of it
 * work; what has no meaning, training on no image at all, is refused.
 */

let ort: Engine;
let js: Engine;
beforeAll(async () => { [ort, js] = await bothEngines(); });

interface Case { readonly graph: Graph; readonly feeds: Feeds }

/** A graph of float32 inputs, with random feeds of the shapes they are declared with. */
function caseOf(shapes: Readonly<Record<string, readonly number[]>>, build: (builder: GraphBuilder) => string, tables: Feeds = {}): Case {
  const builder = new GraphBuilder('empty');
  const random = new Random('empty');
  for (const [name, shape] of Object.entries(shapes)) builder.input(name, shape.map((_, axis) => `${name}${axis}`));
  for (const [name, { shape }] of Object.entries(tables)) builder.table(name, shape.map((_, axis) => `${name}${axis}`));
  const feeds = Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, normal(random, shape)]));
  return { graph: builder.build([build(builder)]), feeds: { ...feeds, ...tables } };
}

function declared(shapes: Readonly<Record<string, readonly number[]>>, build: (builder: GraphBuilder) => string): Case {
  const builder = new GraphBuilder('empty');
  const random = new Random('empty');
  for (const [name, shape] of Object.entries(shapes)) builder.input(name, shape);
  return { graph: builder.build([build(builder)]), feeds: Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, normal(random, shape)])) };
}

const cases: Readonly<Record<string, Case>> = {
  'a sum of nothings': declared({ a: [0, 3], b: [0, 3] }, (g) => g.plus('a', 'b')),
  'a product that broadcasts along nothing': declared({ a: [0, 3], b: [3] }, (g) => g.mul('a', 'b')),
  'a quotient that broadcasts along nothing': declared({ a: [2, 0, 3], b: [2, 1, 1] }, (g) => g.div('a', 'b')),
  'an activation': caseOf({ x: [3, 0, 2] }, (g) => g.add('HardSwish', ['x'])),
  'GELU': caseOf({ x: [0] }, (g) => g.add('Gelu', ['x'])),
  'softmax of no rows': caseOf({ x: [0, 4] }, (g) => g.add('Softmax', ['x'])),
  'a product of no rows': declared({ a: [0, 3], b: [3, 4] }, (g) => g.add('MatMul', ['a', 'b'])),
  'a product over nothing': declared({ a: [2, 0], b: [0, 4] }, (g) => g.add('MatMul', ['a', 'b'])),
  'several products over nothing': declared({ a: [3, 2, 0], b: [3, 0, 4] }, (g) => g.add('MatMul', ['a', 'b'])),
  'products of no images': declared({ a: [0, 2, 3, 5], b: [0, 2, 5, 4] }, (g) => g.add('MatMul', ['a', 'b'])),
  'a sum over nothing': caseOf({ x: [2, 0, 3] }, (g) => g.sum('x', [1], false)),
  'a sum of all of nothing': caseOf({ x: [0, 3] }, (g) => g.sum('x', [0, 1], false)),
  'a transposed nothing': caseOf({ x: [2, 0, 3] }, (g) => g.transpose('x', [2, 0, 1])),
  'padding around nothing': declared({ x: [2, 0, 3] }, (g) => g.pad('x', 1, 2, 1)),
  'a slice of nothing': declared({ x: [0, 4, 3] }, (g) => g.slice('x', 1, 1, [0, 2, 3])),
  'a layer norm of no rows': declared({ x: [0, 4], scale: [4], bias: [4] }, (g) => g.addMany('LayerNormalization', ['x', 'scale', 'bias'], { axis: 1, epsilon: 1e-3 })[0]),
  'no rows of a table': caseOf({ x: [3, 2] }, (g) => g.add('Gather', ['x', 'rows']), { rows: { shape: [0], data: new Int32Array(0) } }),
  'a convolution of no images': declared({ x: [0, 3, 4, 4], weight: [5, 3, 3, 3] }, (g) => g.conv('x', 'weight', { stride: 2, oddSize: false })),
  'a depthwise convolution of no images': declared({ x: [0, 3, 5, 5], weight: [3, 1, 5, 5] }, (g) => g.conv('x', 'weight', { stride: 1, depthwise: true, oddSize: true })),
  'a pooled nothing': declared({ x: [0, 3, 5, 5] }, (g) => g.add('AveragePool', ['x'], { oddSize: 1 })),
};

describe('empty tensors', () => {
  it.each(Object.keys(cases))('in %s give what their definition says, and zeros as gradients', async (label) => {
    const { graph, feeds } = cases[label];
    const expected = evaluateExactly(graph, feeds).get(graph.outputs[0])!;
    const weights = normal(new Random(label), expected.shape);
    const wrt = differentiableFeeds(graph);
    const { output, gradients } = await runGraph(ort, graph, feeds, weights, wrt);
    expect([...output]).toEqual([...Float32Array.from(expected.data)]);
    expect([...await runForward(ort, graph, feeds)]).toEqual([...output]);
    for (const name of wrt) {
      expect(gradients[name].length).toBe(sizeOf(feeds[name].shape));
      expect(gradients[name].every((value) => value === 0), name).toBe(true);
    }
  });

  const blocks = allBlocks().filter(({ block }, i) => block.type !== 'mbconv' || i % 9 === 0);
  it.each(blocks.map(({ label, block }) => [label, block] as const))('of images give a block no result and zeros as gradients: %s', async (_, block) => {
    const graph = modeGraph(block, 'inference');
    const feeds = blockFeeds(block, 'inference', 0, new Random('empty'));
    expect(await runForward(ort, graph, feeds)).toHaveLength(0);
    expect(await runForward(js, graph, feeds)).toHaveLength(0);
    const one = evaluateExactly(graph, blockFeeds(block, 'inference', 1, new Random('empty'))).get(graph.outputs[0])!;
    const { gradients } = await runGraph(ort, graph, feeds, { shape: [0, ...one.shape.slice(1)], data: new Float32Array(0) }, differentiableFeeds(graph));
    for (const [name, values] of Object.entries(gradients)) expect(values.every((value) => value === 0), name).toBe(true);
  });

  it('are refused where a network would train on them, and so are batches of the wrong length', () => {
    const builder = new GraphBuilder('chain');
    builder.input('x', ['B', 2]);
    const link = { graph: builder.build([builder.mul('x', 2)]), parameters: [], tables: {} };
    for (const engine of [ort, js]) {
      const train = (batch: number, length: number) =>
        backpropagate(engine, [link], { shape: [batch, 2], data: new Float32Array(length) }, flatParameters(1), (result) => result);
      expect(() => train(0, 0)).toThrow('A batch of shape [0,2] is empty; training takes one image at least.');
      expect(() => train(3, 5)).toThrow('A batch of shape [3,2] has 6 numbers, not 5.');
    }
  });
});
