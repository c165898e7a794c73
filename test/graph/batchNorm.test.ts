import { describe, expect, it } from 'vitest';
import { Random } from '../../core/base/random.ts';
import { withBatchStatistics, withFoldedBatchNorm } from '../../core/graph/batchNorm.ts';
import { GraphBuilder } from '../../core/graph/builder.ts';
import type { Graph } from '../../core/graph/graph.ts';
import { normal, relativeDifference, type Feeds } from '../engine/compare.ts';
import { evaluateExactly } from '../engine/exact.ts';

const norm = (name: string) => ['scale', 'bias', 'mean', 'variance'].map((part) => `${name}.${part}`);

/** A dense convolution with bias and a depthwise one without, each with its batch norm. */
function convolutions(): { graph: Graph; feeds: Feeds } {
  const random = new Random('batch norm');
  const builder = new GraphBuilder('convolutions');
  builder.input('x', ['B', 'c', 'H', 'W']);
  builder.parameter('dense', ['o', 'c', 1, 1]);
  builder.parameter('denseBias', ['o']);
  builder.parameter('deep', ['o', 1, 3, 3]);
  for (const name of [...norm('first'), ...norm('second')]) builder.parameter(name, ['o']);
  const batchNorm = (y: string, name: string) => builder.add('BatchNormalization', [y, ...norm(name)], { epsilon: 1e-2 });
  const first = batchNorm(builder.conv('x', 'dense', { bias: 'denseBias' }), 'first');
  const second = batchNorm(builder.conv(builder.add('HardSwish', [first]), 'deep', { depthwise: true }), 'second');
  const feeds: Record<string, Feeds[string]> = {
    x: normal(random, [2, 2, 4, 4]), dense: normal(random, [3, 2, 1, 1]), denseBias: normal(random, [3]), deep: normal(random, [3, 1, 3, 3]),
  };
  for (const name of [...norm('first'), ...norm('second')]) {
    const values = normal(random, [3]);
    feeds[name] = name.endsWith('variance') ? { shape: [3], data: values.data.map((v) => 0.1 + v * v) } : values;
  }
  return { graph: builder.build([second]), feeds };
}

describe('folding batch norms', () => {
  it('changes no value', () => {
    const { graph, feeds } = convolutions();
    const folded = withFoldedBatchNorm(graph);
    expect(folded.nodes.some(({ operator }) => operator === 'BatchNormalization')).toBe(false);
    expect(folded.nodes.filter(({ operator }) => operator === 'Conv')).toHaveLength(2);
    const [before, after] = [graph, folded].map((g) => evaluateExactly(g, feeds).get(graph.outputs[0])!);
    expect(relativeDifference(after.data, before.data)).toBeLessThan(1e-13);
  });

  it('is refused where the norm does not follow a convolution', () => {
    const builder = new GraphBuilder('lonely');
    builder.input('x', ['B', 'c', 'H', 'W']);
    for (const name of norm('n')) builder.parameter(name, ['c']);
    const graph = builder.build([builder.add('BatchNormalization', ['x', ...norm('n')], { epsilon: 1e-5 })]);
    expect(() => withFoldedBatchNorm(graph)).toThrow(/does not follow a convolution/);
  });

  it('is refused where something else reads the convolution', () => {
    const builder = new GraphBuilder('shared');
    builder.input('x', ['B', 'c', 'H', 'W']);
    builder.parameter('w', ['c', 'c', 1, 1]);
    for (const name of norm('n')) builder.parameter(name, ['c']);
    const y = builder.conv('x', 'w');
    const graph = builder.build([builder.plus(builder.add('BatchNormalization', [y, ...norm('n')], { epsilon: 1e-5 }), y)]);
    expect(() => withFoldedBatchNorm(graph)).toThrow(/not the only reader/);
  });
});

describe('batch norms in training', () => {
  it('take mean and biased variance from the batch, and hand them out under the names of the running ones', () => {
    const { graph, feeds } = convolutions();
    const training = withBatchStatistics(graph);
    expect(training.outputs).toEqual([graph.outputs[0], 'first.mean', 'first.variance', 'second.mean', 'second.variance']);
    expect(training.parameters).toEqual(graph.parameters.filter((name) => !/mean|variance/.test(name)));

    const values = evaluateExactly(training, feeds);
    const convolved = values.get(training.nodes.find(({ operator }) => operator === 'Conv')!.outputs[0])!;
    const channel = Array.from(convolved.data).filter((_, i) => Math.floor(i / 16) % 3 === 1);
    const mean = channel.reduce((a, b) => a + b) / channel.length;
    expect(values.get('first.mean')!.data[1]).toBeCloseTo(mean, 12);
    expect(values.get('first.variance')!.data[1]).toBeCloseTo(channel.reduce((sum, v) => sum + (v - mean) ** 2, 0) / channel.length, 12);
  });

  it('normalise as folded ones do when the running statistics are those of the batch', () => {
    const { graph, feeds } = convolutions();
    const training = evaluateExactly(withBatchStatistics(graph), feeds);
    const calibrated = { ...feeds, ...Object.fromEntries([...norm('first'), ...norm('second')]
      .filter((name) => training.has(name) && /mean|variance/.test(name)).map((name) => [name, training.get(name)!])) };
    const folded = evaluateExactly(withFoldedBatchNorm(graph), calibrated);
    expect(relativeDifference(folded.get(graph.outputs[0])!.data, training.get(graph.outputs[0])!.data)).toBeLessThan(1e-12);
  });

  it('leave graphs without any as they are', () => {
    const builder = new GraphBuilder('none');
    builder.input('x', ['n']);
    const graph = builder.build([builder.add('Relu', ['x'])]);
    expect(withBatchStatistics(graph)).toBe(graph);
  });
});
