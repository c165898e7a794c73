import { describe, expect, it } from 'vitest';
import { GraphBuilder } from '../../../core/graph/builder.ts';
import type { Dim, DimValues } from '../../../core/graph/dims.ts';
import type { Graph } from '../../../core/graph/graph.ts';
import { lowerGraph, onnxValue, type LoweredGraph } from '../../../core/graph/onnx/lower.ts';

const none: DimValues = new Map();

function reshapeGraph(from: readonly Dim[], to: readonly Dim[]): Graph {
  const builder = new GraphBuilder('reshape');
  builder.input('x', from);
  return builder.build([builder.reshape('x', to)]);
}

/** The numbers of a node's constant input. */
function constant({ nodes, initializers }: LoweredGraph, node: number, input: number): number[] | undefined {
  const tensor = initializers.find(({ name }) => name === nodes[node].inputs[input]);
  return tensor && Array.from(tensor.data as BigInt64Array, Number);
}

describe('reshapes', () => {
  it.each<[string, Dim[], Dim[], number[]]>([
    ['known sizes stay numbers', ['B', 6], [2, 'B', 3], [2, -1, 3]],
    ['unknown sizes in their old place are copied (0)', ['B', 'c', 4], ['B', 'c', 2, 2], [0, 0, 2, 2]],
    ['one other is left to ONNX (-1)', ['B', 'c', 'H', 'W'], ['B', 'c', 'H*W'], [0, 0, -1]],
    ['a -1 that was asked for stays', ['B', 'c', 'H', 'W'], ['B', -1, 'H', 'W'], [0, -1, 0, 0]],
  ])('%s', (_, from, to, expected) => {
    const lowered = lowerGraph(reshapeGraph(from, to), none);
    expect(constant(lowered, 0, 1)).toEqual(expected);
    expect(lowered.runtime).toEqual([]);
  });

  it('with two unknown sizes in new places take their shape at run time', () => {
    const lowered = lowerGraph(reshapeGraph(['B', 'H*W', 'c'], ['B', 'c', 'H', 'W']), none);
    expect(lowered.runtime).toEqual([{ name: 'shape:B,c,H,W', kind: 'shape', dims: ['B', 'c', 'H', 'W'] }]);
    expect(lowered.nodes[0].inputs).toEqual(['x', 'shape:B,c,H,W']);
  });

  it('are constant once sizes are fixed', () => {
    const lowered = lowerGraph(reshapeGraph(['B', 'H*W', 'c'], ['B', 'c', 'H', 'W']), new Map([['c', 8], ['H', 4]]));
    expect(constant(lowered, 0, 1)).toEqual([0, 8, 4, -1]);
    expect(lowered.runtime).toEqual([]);
  });
});

describe('expansions', () => {
  const expand = (from: readonly Dim[], to: readonly Dim[]) => {
    const builder = new GraphBuilder('expand');
    builder.input('x', from);
    return lowerGraph(builder.build([builder.add('Expand', ['x'], { shape: to })]), none);
  };

  it('keep sizes that stay (1), axes counted from the last', () => {
    expect(constant(expand(['c', 1], [5, 'c', 3]), 0, 1)).toEqual([5, 1, 3]);
  });

  it('to unknown sizes take their shape at run time', () => {
    expect(expand(['c', 1, 1], ['c', 'H', 'W']).runtime).toEqual([{ name: 'shape:c,H,W', kind: 'shape', dims: ['c', 'H', 'W'] }]);
  });
});

describe('constants', () => {
  it('are initializers when known, and fed at run time when they are sizes', () => {
    const builder = new GraphBuilder('scalars');
    builder.input('x', ['n']);
    const y = builder.div(builder.mul('x', 0.5), builder.scalar('n'));
    const graph = builder.build([y]);
    const free = lowerGraph(graph, none);
    expect(free.initializers).toEqual([{ name: 'scalar:0.5', dims: [], data: Float32Array.of(0.5) }]);
    expect(free.runtime).toEqual([{ name: 'scalar:n', kind: 'scalar', size: 'n' }]);
    const fixed = lowerGraph(graph, new Map([['n', 7]]));
    expect(fixed.runtime).toEqual([]);
    expect(fixed.initializers.map(({ name, data }) => [name, data[0]])).toEqual([['scalar:0.5', 0.5], ['scalar:n', 7]]);
  });
});

describe('convolutions', () => {
  const graph = () => {
    const builder = new GraphBuilder('conv');
    builder.input('x', ['B', 'c', 'H', 'W']);
    builder.parameter('weight', ['c', 1, 5, 5]);
    return builder.build([builder.conv('x', 'weight', { stride: 2, depthwise: true })]);
  };

  it('pad by half the kernel and group by channels', () => {
    const [node] = lowerGraph(graph(), new Map([['c', 24]])).nodes;
    expect(node.attributes).toEqual({ group: 24, strides: [2, 2], kernel_shape: [5, 5], pads: [2, 2, 2, 2] });
  });

  it('cannot be written while the number of groups is unknown', () => {
    expect(() => lowerGraph(graph(), none)).toThrow('The size of dimension "c" is not known.');
  });

  it('have adjoints that only an engine can spell', () => {
    const builder = new GraphBuilder('adjoint');
    builder.input('dy', ['B', 'c', 'H', 'W']);
    builder.parameter('weight', ['c', 'c', 3, 3]);
    const adjoint = builder.add('ConvInputGradient', ['dy', 'weight'], { stride: 1, kernelSize: 3, shape: ['B', 'c', 'H', 'W'] });
    expect(() => lowerGraph(builder.build([adjoint]), none)).toThrow(/ConvInputGradient has no ONNX operator/);
  });
});

describe('names', () => {
  it('can be given to every value', () => {
    const builder = new GraphBuilder('names');
    builder.input('x', ['n']);
    const graph = builder.build([builder.add('Relu', [builder.mul('x', 2)])]);
    const { nodes } = lowerGraph(graph, none, (name) => `block/${name}`);
    expect(nodes.map(({ name, inputs, outputs }) => [name, inputs, outputs])).toEqual([
      ['block/mul:0', ['block/x', 'scalar:2'], ['block/mul:0']],
      ['block/relu:1', ['block/mul:0'], ['block/relu:1']],
    ]);
  });

  it('stand for sizes that stay free at the ends of a file', () => {
    const graph = reshapeGraph(['B', '16*heads'], ['B', 16, 'heads']);
    expect(onnxValue(graph, 'x', new Map([['heads', 3]]))).toEqual({ name: 'x', dtype: 'float32', dims: ['B', 48] });
  });
});
