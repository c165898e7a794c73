import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { startEngine } from '../../../core/engine/engines.ts';
import { withClips } from '../../../core/export/passes/clips.ts';
import { GraphBuilder } from '../../../core/graph/builder.ts';
import { lowerGraph } from '../../../core/graph/onnx/lower.ts';
import { activate } from '../../../core/network/definitions/activation.ts';

function relu6() {
  const graph = new GraphBuilder('relu6');
  return graph.build([activate(graph, graph.input('x', ['B', 2, 'H', 'W']), { activation: 'relu6' })]);
}

describe('ReLU6', () => {
  // min(max(x, 0), 6), and its slope: 1 between 0 and 6.
  const x = [-3, -0.5, 0.25, 3, 5.75, 6.5, 20, 1];
  it.each(['js', 'ort'] as const)('is what Sandler et al. say, and so is its gradient, on the %s engine', async (id) => {
    const engine = await startEngine(id);
    await tf.setBackend(engine.backend);
    const run = (input: tf.Tensor) => engine.apply(relu6(), { x: input });
    const input = tf.tensor(x, [1, 2, 2, 2]);
    expect([...run(input).dataSync()]).toEqual([0, 0, 0.25, 3, 5.75, 6, 6, 1]);
    const slope = tf.grad((moving) => tf.sum(run(moving)))(input);
    expect([...slope.dataSync()]).toEqual([0, 0, 1, 1, 1, 0, 0, 1]);
  });

  it('is one Clip in files', () => {
    const { nodes, initializers } = lowerGraph(withClips(relu6()), new Map());
    expect(nodes.map(({ operator }) => operator)).toEqual(['Clip']);
    expect(initializers.map(({ data }) => [...data as Float32Array])).toEqual([[0], [6]]);
  });

  it('leaves other differences of ReLUs alone', () => {
    const graph = new GraphBuilder('other');
    const [a, b] = [graph.input('a', ['B', 2]), graph.input('b', ['B', 2])];
    const made = graph.build([graph.minus(graph.add('Relu', [a]), graph.add('Relu', [graph.minus(b, 6)]))]);
    expect(withClips(made)).toBe(made);
  });
});
