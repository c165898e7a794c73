import { describe, expect, it } from 'vitest';
import { GraphBuilder } from '../../core/graph/builder.ts';
import type { Dim } from '../../core/graph/dims.ts';
import { bindFeeds, feedNames, pruned, requireFeeds } from '../../core/graph/graph.ts';
import { broadcastDims } from '../../core/graph/shapes.ts';

/** A builder with one float value per name. */
function withValues(values: Readonly<Record<string, readonly Dim[]>>): GraphBuilder {
  const builder = new GraphBuilder('shapes');
  for (const [name, dims] of Object.entries(values)) builder.input(name, dims);
  return builder;
}

describe('shape inference', () => {
  it('broadcasts as numpy does, symbols included', () => {
    expect(broadcastDims(['B', 1, 'W'], ['H', 1])).toEqual(['B', 'H', 'W']);
    expect(broadcastDims([], ['n'])).toEqual(['n']);
    expect(broadcastDims([3, 1], [1, 4])).toEqual([3, 4]);
    expect(() => broadcastDims(['H'], ['W'])).toThrow('Shapes [H] and [W] do not broadcast.');
    expect(() => broadcastDims([2], [3])).toThrow(/do not broadcast/);
  });

  it('gives convolutions the filters and the strided map', () => {
    const builder = withValues({ x: ['B', 'c', 'H', 'W'], dense: ['o', 'c', 3, 3], deep: ['c', 1, 5, 5] });
    expect(builder.dims(builder.conv('x', 'dense'))).toEqual(['B', 'o', 'H', 'W']);
    expect(builder.dims(builder.conv('x', 'deep', { stride: 2, depthwise: true }))).toEqual(['B', 'c', 'ceil(H/2)', 'ceil(W/2)']);
    expect(() => builder.conv('x', 'deep')).toThrow(/do not convolve/);
    expect(() => builder.conv('x', 'dense', { depthwise: true })).toThrow(/do not convolve/);
  });

  it('multiplies matrices over broadcast batches', () => {
    const builder = withValues({ a: ['B', 'heads', 'n', 'k'], b: ['heads', 'k', 'm'], c: ['n', 'm'] });
    expect(builder.dims(builder.add('MatMul', ['a', 'b']))).toEqual(['B', 'heads', 'n', 'm']);
    expect(() => builder.add('MatMul', ['a', 'c'])).toThrow(/do not multiply/);
  });

  it('drops or keeps reduced axes', () => {
    const builder = withValues({ x: ['B', 'c', 'H', 'W'] });
    expect(builder.dims(builder.mean('x', [2, 3]))).toEqual(['B', 'c', 1, 1]);
    expect(builder.dims(builder.sum('x', [0, 2, 3], false))).toEqual(['c']);
  });

  it('works out what is left of a reshape', () => {
    const builder = withValues({ x: ['B', '16*heads', 'H', 'W'] });
    expect(builder.dims(builder.reshape('x', ['B', 'heads', 16, -1]))).toEqual(['B', 'heads', 16, 'H*W']);
    expect(builder.dims(builder.reshape('x', [-1]))).toEqual(['16*B*H*W*heads']);
    expect(() => builder.reshape('x', ['B', 3, -1])).toThrow('[B, 16*heads, H, W] cannot be reshaped to [B, 3, -1].');
    expect(() => builder.reshape('x', ['B', 'heads', 8, 'H', 'W'])).toThrow(/cannot be reshaped/);
    expect(() => builder.reshape('x', ['B', -1, -1])).toThrow(/cannot be reshaped/);
  });

  it('permutes, and refuses what is no permutation', () => {
    const builder = withValues({ x: ['B', 'c', 'H'] });
    expect(builder.dims(builder.transpose('x', [2, 0, 1]))).toEqual(['H', 'B', 'c']);
    for (const wrong of [[0, 1], [0, 1, 1], [0, 1, 2, 3], [1, 2, 3]]) expect(() => builder.transpose('x', wrong)).toThrow(/does not permute/);
  });

  it('puts the indices of a gather before the rows\' own axes', () => {
    const builder = withValues({ x: ['rows', 'heads'] });
    const indices = builder.table('indices', ['n', 'm']);
    expect(builder.dims(builder.add('Gather', ['x', indices]))).toEqual(['n', 'm', 'heads']);
  });

  it('gives norms their statistics', () => {
    const builder = withValues({ x: ['B', 'c', 'H', 'W'], map: ['c', 'H', 'W'], scale: ['c'] });
    const layer = builder.addMany('LayerNormalization', ['x', 'map', 'map'], { axis: 1, epsilon: 1e-5 });
    expect(layer.map((name) => builder.dims(name))).toEqual([['B', 'c', 'H', 'W'], ['B', 1, 1, 1], ['B', 1, 1, 1]]);
    const batch = builder.addMany('BatchNormalization', ['x', 'scale', 'scale', 'scale', 'scale'], { epsilon: 1e-5, training: 1 });
    expect(batch.map((name) => builder.dims(name))).toEqual([['B', 'c', 'H', 'W'], ['c'], ['c']]);
  });
});

describe('GraphBuilder', () => {
  it('refuses names that are taken or not there yet', () => {
    const builder = withValues({ x: ['n'] });
    expect(() => builder.input('x', ['n'])).toThrow('Graph "shapes" already has a value "x".');
    expect(() => builder.add('Relu', ['y'])).toThrow('Graph "shapes" has no value "y" yet.');
    expect(() => builder.add('Relu', ['x'], {}, 'x')).toThrow(/already has/);
    expect(() => builder.build(['y'])).toThrow(/no value "y"/);
  });

  it('writes a constant once however often it is used', () => {
    const builder = withValues({ x: ['n'] });
    const graph = builder.build([builder.plus(builder.mul('x', 2), builder.scalar(2))]);
    expect([...graph.scalars]).toEqual([['scalar:2', 2]]);
  });

  it('keeps its own names apart from those copied in later', () => {
    const original = withValues({ x: ['n'] });
    const first = original.add('Relu', ['x']);
    const graph = original.build([original.add('Neg', [first])]);
    const builder = GraphBuilder.from(graph, { withNodes: false, namespace: 'mine/' });
    builder.add('Relu', ['x']);
    for (const node of graph.nodes) builder.copy(node, graph.values);
    expect(builder.build(graph.outputs).nodes.map((node) => node.outputs[0])).toEqual(['mine/relu:0', 'relu:0', 'neg:1']);
  });

  it('is not changed by graphs it has built', () => {
    const builder = withValues({ x: ['n'] });
    const before = builder.build(['x']);
    builder.add('Relu', ['x']);
    expect(before.nodes).toEqual([]);
  });
});

describe('graphs', () => {
  it('are pruned to what their outputs need, except for inputs', () => {
    const builder = withValues({ x: ['n'], idle: ['n'] });
    builder.parameter('used', ['n']);
    builder.parameter('unused', ['n']);
    const y = builder.plus('x', 'used');
    builder.mul('unused', 3);
    const graph = pruned(builder.build([y]));
    expect(graph.nodes).toHaveLength(1);
    expect(graph.parameters).toEqual(['used']);
    expect(graph.scalars.size).toBe(0);
    expect(feedNames(graph)).toEqual(['x', 'idle', 'used']);
  });

  it('say which feed is missing', () => {
    const graph = withValues({ x: ['n'], y: ['n'] }).build(['x']);
    expect(() => requireFeeds(graph, { x: 1 })).toThrow('Graph "shapes" needs a tensor for "y".');
  });

  it('learn sizes from all feeds together, in whatever order they tell them', () => {
    const graph = withValues({ x: ['a*b', 'b*c'], y: ['b'] }).build(['x']);
    const sizes = new Map<string, number>();
    bindFeeds(graph, { x: { shape: [6, 12] }, y: { shape: [3] } }, sizes);
    expect(Object.fromEntries(sizes)).toEqual({ a: 2, b: 3, c: 4 });
    expect(() => bindFeeds(graph, { x: { shape: [6, 10] }, y: { shape: [3] } }, new Map())).toThrow('"x" has shape [6,10], which does not fit [a*b, b*c].');
  });
});
