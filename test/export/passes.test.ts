import { describe, expect, it } from 'vitest';
import { withJoinedLinear } from '../../core/export/passes/linear.ts';
import { withLinearRows } from '../../core/export/passes/linearRows.ts';
import { withFoldedNormAffine } from '../../core/export/passes/normAffine.ts';
import { withoutRepeatedChannels } from '../../core/export/passes/repeatedChannels.ts';
import { withSmallTransposes } from '../../core/export/passes/smallTransposes.ts';
import { withoutUnusedOutputs } from '../../core/export/passes/unusedOutputs.ts';
import { GraphBuilder } from '../../core/graph/builder.ts';
import type { Graph } from '../../core/graph/graph.ts';
import { lowerGraph } from '../../core/graph/onnx/lower.ts';

const operators = (graph: Graph) => graph.nodes.map(({ operator }) => operator);

/** Layer norm of a [B, 4, H, W] map with scale and bias per channel, read by a convolution of the given kernel. */
function normThenConv(kernelSize: number, more: (builder: GraphBuilder, normalised: string) => string[] = () => []): Graph {
  const builder = new GraphBuilder('norm');
  builder.input('x', ['B', 4, 'H', 'W']);
  const map = (name: string) => builder.add('Expand', [builder.reshape(builder.parameter(name, [4]), [4, 1, 1])], { shape: [4, 'H', 'W'] });
  const [normalised] = builder.addMany('LayerNormalization', ['x', map('scale'), map('bias')], { axis: 1, epsilon: 1e-5 });
  const y = builder.conv(normalised, builder.parameter('weight', [8, 4, kernelSize, kernelSize]));
  return builder.build([y, ...more(builder, normalised)]);
}

describe('folding the affine part of layer norms', () => {
  it('leaves a norm with ones and a convolution with a bias', () => {
    const folded = withFoldedNormAffine(normThenConv(1));
    const norm = folded.nodes.find(({ operator }) => operator === 'LayerNormalization')!;
    const conv = folded.nodes.find(({ operator }) => operator === 'Conv')!;
    expect(norm.inputs).toEqual(['x', 'ones']);
    expect(conv.inputs).toHaveLength(3);
    expect(folded.outputs).toEqual(conv.outputs);
    expect([...folded.scalars]).toEqual([['scalar:1', 1]]);
  });

  it('spares norms that anything but a 1x1 convolution reads: padding would meet the bias', () => {
    for (const graph of [
      normThenConv(3),
      normThenConv(1, (builder, normalised) => [builder.add('Relu', [normalised])]),
      normThenConv(1, (_, normalised) => [normalised]),
    ]) expect(withFoldedNormAffine(graph)).toBe(graph);
  });

  it('spares norms whose scale has the shape of the map anyway', () => {
    const builder = new GraphBuilder('norm');
    builder.input('x', ['B', 4, 2, 2]);
    const [normalised] = builder.addMany('LayerNormalization', ['x', builder.parameter('scale', [4, 2, 2]), builder.parameter('bias', [4, 2, 2])],
      { axis: 1, epsilon: 1e-5 });
    const graph = builder.build([builder.conv(normalised, builder.parameter('weight', [8, 4, 1, 1]))]);
    expect(withFoldedNormAffine(graph)).toBe(graph);
  });
});

describe('linear layers on rows', () => {
  const build = (weightDims: number[], biasDims: number[], alsoProduct = false) => {
    const builder = new GraphBuilder('tokens');
    builder.input('x', ['B', 'N', 4]);
    builder.parameter('weight', weightDims);
    const linear = (bias: string) => {
      const product = builder.add('MatMul', ['x', 'weight']);
      const sum = builder.plus(product, builder.parameter(bias, biasDims));
      return alsoProduct ? builder.mul(sum, product) : sum;
    };
    return builder.build([linear('bias'), linear('other')]);
  };

  it('are products of matrices with a bias, of tokens that are reshaped once', () => {
    const graph = withLinearRows(build([4, 3], [3]));
    expect(operators(graph)).toEqual(['Reshape', 'Gemm', 'Reshape', 'Gemm', 'Reshape']);
    expect(graph.outputs.map((name) => graph.values.get(name)!.dims)).toEqual([['B', 'N', 3], ['B', 'N', 3]]);
    expect(graph.values.get(graph.nodes[1].outputs[0])!.dims).toEqual(['B*N', 3]);
  });

  it('are left as they are where the bias is no bias, or the product is read without it', () => {
    for (const graph of [build([4, 3], [1, 1, 3]), build([4, 3], [3], true)]) expect(withLinearRows(graph)).toBe(graph);
  });
});

describe('joining linear layers', () => {
  function linear(rows: number[], biasDims: number[], alsoProduct = false): Graph {
    const builder = new GraphBuilder('linear');
    const product = builder.add('MatMul', [builder.input('x', [...rows, 4]), builder.parameter('weight', [4, 3])]);
    const sum = builder.plus(product, builder.parameter('bias', biasDims));
    return builder.build([alsoProduct ? builder.mul(sum, product) : sum]);
  }

  it('makes a product of matrices and its bias one operator', () => {
    const joined = withJoinedLinear(linear([2], [3]));
    expect(joined.nodes).toMatchObject([{ operator: 'Gemm', inputs: ['x', 'weight', 'bias'] }]);
    expect(joined.values.get(joined.outputs[0])!.dims).toEqual([2, 3]);
  });

  it('spares products of more than two axes, other sums, and products that are read again', () => {
    for (const graph of [linear([5, 2], [3]), linear([2], [2, 3]), linear([2], [3], true)]) expect(withJoinedLinear(graph)).toBe(graph);
  });
});

describe('transposing the smaller side', () => {
  /** values [B, heads, size, tokens] times the transposed attention weights [B, heads, tokens, tokens]. */
  function mixing(size: number): Graph {
    const builder = new GraphBuilder('mixing');
    const values = builder.input('values', ['B', 'heads', size, 'tokens']);
    const weights = builder.input('weights', ['B', 'heads', 'tokens', 'tokens']);
    return builder.build([builder.add('MatMul', [values, builder.transpose(weights, [0, 1, 3, 2])])]);
  }
  const sizes = (tokens: number) => new Map([['B', 1], ['heads', 3], ['tokens', tokens]]);

  it('turns values and result instead of many tokens squared', () => {
    const turned = withSmallTransposes(mixing(32), sizes(65));
    expect(turned.nodes.map(({ operator, inputs }) => [operator, inputs[0]])).toEqual([
      ['Transpose', 'values'], ['MatMul', 'weights'], ['Transpose', turned.nodes[1].outputs[0]],
    ]);
    expect(turned.values.get(turned.outputs[0])!.dims).toEqual(['B', 'heads', 32, 'tokens']);
  });

  it('turns the weights of few tokens, and keeps other transposes', () => {
    const graph = mixing(32);
    expect(withSmallTransposes(graph, sizes(64))).toBe(graph);
    const builder = new GraphBuilder('swap');
    const x = builder.input('x', [2, 9, 9, 9]);
    const other = builder.build([builder.add('MatMul', [builder.input('y', [2, 9, 1, 9]), builder.transpose(x, [0, 2, 1, 3])])]);
    expect(withSmallTransposes(other, new Map())).toBe(other);
  });
});

describe('dropping outputs that nothing reads', () => {
  it("drops a layer norm's statistics, and keeps those before an output that is read", () => {
    const builder = new GraphBuilder('norm');
    builder.input('x', [2, 4]);
    const norm = (prefix: string) => builder.addMany('LayerNormalization', ['x', builder.parameter(`${prefix}scale`, [4]), builder.parameter(`${prefix}bias`, [4])],
      { axis: 1, epsilon: 1e-5 }, ['y', 'mean', 'inverse'].map((name) => prefix + name));
    const [first] = norm('a.');
    const [second, , inverse] = norm('b.');
    const graph = withoutUnusedOutputs(builder.build([first, second, inverse]));
    expect(graph.nodes.map(({ outputs }) => outputs)).toEqual([['a.y'], ['b.y', 'b.mean', 'b.inverse']]);
    expect(operators(graph)).toEqual(['LayerNormalization', 'LayerNormalization']);
  });
});

describe('reading channels that were repeated', () => {
  /** [B, C, n] with each channel repeated along an axis of its own, then a depthwise convolution. */
  function repeated(axis: 1 | 2): Graph {
    const builder = new GraphBuilder('repeated');
    const x = builder.input('x', ['B', 'C', 9]);
    const split = builder.reshape(x, axis === 2 ? ['B', 'C', 1, 9] : ['B', 1, 'C', 9]);
    const expanded = builder.add('Expand', [split], { shape: axis === 2 ? ['B', 'C', 2, 9] : ['B', 2, 'C', 9] });
    const map = builder.reshape(expanded, ['B', '2*C', 3, 3]);
    return builder.build([builder.conv(map, builder.parameter('weight', ['2*C', 1, 3, 3]), { stride: 2, depthwise: true, oddSize: true })]);
  }

  it('makes it one convolution with several filters for each channel', () => {
    const graph = withoutRepeatedChannels(repeated(2));
    expect(operators(graph)).toEqual(['Reshape', 'Conv']);
    expect(graph.nodes[1].attributes).toMatchObject({ depthwise: 1, stride: 2, multiplier: 2 });
    expect(graph.values.get(graph.outputs[0])!.dims).toEqual(['B', '2*C', 2, 2]);
    const { nodes } = lowerGraph(graph, new Map([['C', 5]]));
    expect(nodes[1].attributes).toMatchObject({ group: 5 });
  });

  it('spares channels that follow each other in another order', () => {
    const graph = repeated(1);
    expect(withoutRepeatedChannels(graph)).toBe(graph);
  });
});
