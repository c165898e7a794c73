import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { Random } from '../../core/base/random.ts';
import type { Engine } from '../../core/engine/engine.ts';
import { startEngine } from '../../core/engine/engines.ts';
import { flatParameters } from '../../core/engine/flatParameters.ts';
import { AdamW, GradientClipping, WeightAverage } from '../../core/training/optimizer.ts';
import { updateGraph, updateNumbers, type UpdateGraph } from '../../core/training/updateGraph.ts';
import { normal, relativeDifference, tensorOf, type HostValue } from '../engine/compare.ts';

const [rows, columns] = [5, 7];
const length = rows * columns;
const matrix = (data: Float32Array): HostValue => ({ shape: [rows, columns], data });
const scalar = (value: number): HostValue => ({ shape: [], data: Float32Array.of(value) });

/** The update's outputs by name, from an engine. */
function run(engine: Engine, { graph }: UpdateGraph, feeds: Readonly<Record<string, HostValue>>): Record<string, Float32Array> {
  return tf.tidy(() => {
    const tensors = Object.fromEntries(Object.entries(feeds).map(([name, value]) => [name, tensorOf(value)]));
    const results = engine.evaluate(graph, tensors);
    return Object.fromEntries(graph.outputs.map((name, i) => [name, Float32Array.from(results[i].dataSync())]));
  });
}

describe('the update as a graph', () => {
  const settings = { weightDecay: 0.05, clipNorm: 1, averageDecay: 0.9 };
  const decayedLength = 20;

  it.each(['js', 'ort'])('moves parameters on the %s engine as the optimizer does after clipping', async (id) => {
    const engine = await startEngine(id);
    const random = new Random('update');
    const update = updateGraph(settings);
    const ranges = [{ offset: 0, length: decayedLength, decay: true }, { offset: decayedLength, length: length - decayedLength, decay: false }];
    const flat = flatParameters(length);
    flat.values.set(normal(random, [length]).data);
    const optimizer = new AdamW(flat, ranges, settings);
    const clipping = new GradientClipping(flat);
    const average = new WeightAverage(flat);
    let state: Record<string, Float32Array> = {
      parameters: flat.values.slice(), first: new Float32Array(length), second: new Float32Array(length), average: flat.values.slice(),
    };
    const decayed = Float32Array.from({ length }, (_, i) => (i < decayedLength ? 1 : 0));
    for (let step = 1; step <= 6; step++) {
      // Norms on both sides of the largest one, and a gradient of zeros.
      const gradient = normal(random, [length], 0, [1, 0.01, 0][step % 3]).data as Float32Array;
      const numbers = updateNumbers(settings, step, 0.01 * step);
      const outputs = run(engine, update, {
        ...Object.fromEntries(Object.entries({ ...state, gradient, decayed }).map(([name, data]) => [name, matrix(data)])),
        ...Object.fromEntries(Object.entries(numbers).map(([name, value]) => [name, scalar(value)])),
      });
      flat.gradient.set(gradient);
      const norm = clipping.clip(settings.clipNorm);
      optimizer.update(0.01 * step);
      average.update(settings.averageDecay);
      state = Object.fromEntries(Object.entries(update.carried).map(([input, output]) => [input, outputs[output]]));
      expect(outputs.norm[0]).toBeCloseTo(norm, 5);
      const expected = { parameters: flat.values, first: optimizer.first, second: optimizer.second, average: average.values };
      for (const [name, values] of Object.entries(expected)) {
        expect(relativeDifference(state[name], values), `${name} after ${step}`).toBeLessThan(1e-6);
      }
    }
  });

  it('has neither clipping nor an average where none is wanted', () => {
    const { graph, carried } = updateGraph({ weightDecay: 0 });
    expect(Object.keys(carried)).toEqual(['parameters', 'first', 'second']);
    expect(graph.inputs).not.toContain('average');
    expect(graph.nodes.some(({ operator }) => operator === 'HardSigmoid')).toBe(false);
  });
});
