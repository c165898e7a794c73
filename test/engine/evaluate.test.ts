import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, it } from 'vitest';
import { Random } from '../../core/base/random.ts';
import type { Engine } from '../../core/engine/engine.ts';
import { GraphBuilder } from '../../core/graph/builder.ts';
import { differentiate } from '../../core/graph/gradient.ts';
import { bothEngines, normal, relativeDifference, tensorOf } from './compare.ts';
import { evaluateExactly } from './exact.ts';

let engines: readonly Engine[];
beforeAll(async () => { engines = await bothEngines(); });

it('gives every output of a graph, fed and repeated ones too, as a tensor of its own', async () => {
  const builder = new GraphBuilder('outputs');
  builder.input('x', ['n']);
  const doubled = builder.mul('x', 2);
  const graph = builder.build([doubled, 'x', doubled, builder.sum(doubled, [0], false)]);
  for (const engine of engines) {
    await tf.setBackend(engine.backend);
    const before = tf.memory().numTensors;
    const x = tf.tensor1d([1, -2, 3]);
    const outputs = engine.evaluate(graph, { x });
    // Disposed first, so that outputs which shared its memory would show.
    x.dispose();
    outputs[0].dispose();
    expect(outputs.slice(1).map((output) => Array.from(output.dataSync()))).toEqual([[1, -2, 3], [2, -4, 6], [4]]);
    outputs.slice(1).forEach((output) => output.dispose());
    expect(tf.memory().numTensors, engine.info.id).toBe(before);
  }
});

it('runs derived graphs, whose sizes their own feeds may not tell', async () => {
  const builder = new GraphBuilder('pooled');
  builder.input('x', ['B', 'C', 'H', 'W']);
  builder.parameter('weight', ['C', 1, 3, 3]);
  const pooled = builder.add('AveragePool', [builder.conv('x', 'weight', { depthwise: true, oddSize: true })], { oddSize: 1 });
  const graph = builder.build([builder.add('HardSwish', [pooled])]);
  const { backward, upstream, kept } = differentiate(graph, graph.outputs[0], ['x']);
  const random = new Random('derived');
  const feeds = { x: normal(random, [2, 3, 5, 5]), weight: normal(random, [3, 1, 3, 3]) };
  const forward = evaluateExactly(graph, feeds);
  const given = { weight: feeds.weight, [upstream]: normal(random, [2, 3, 3, 3]), ...Object.fromEntries(kept.map((name) => {
    const { shape, data } = forward.get(name)!;
    return [name, { shape, data: Float32Array.from(data) }];
  })) };
  const sizes = new Map([['H', 5], ['W', 5]]);
  const expected = evaluateExactly(backward, given, sizes).get(backward.outputs[0])!.data;
  for (const engine of engines) {
    await tf.setBackend(engine.backend);
    tf.tidy(() => {
      const tensors = Object.fromEntries(Object.entries(given).map(([name, value]) => [name, tensorOf(value)]));
      expect(() => engine.evaluate(backward, tensors)).toThrow(/dimension "[HW]" is not known/);
      const [gradient] = engine.evaluate(backward, tensors, sizes);
      expect(relativeDifference(gradient.dataSync(), expected), engine.info.id).toBeLessThan(1e-5);
    });
  }
});
