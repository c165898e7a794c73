import { beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../../core/base/random.ts';
import type { Engine } from '../../core/engine/engine.ts';
import { startEngine } from '../../core/engine/engines.ts';
import { logits } from '../../core/model/inference.ts';
import { Weights } from '../../core/model/weights.ts';
import { NetworkTrainer } from '../../core/training/networkTrainer.ts';
import { learningRateAt } from '../../core/training/schedule.ts';
import { trainingSettingsSchema } from '../../core/training/settings.ts';
import type { TrainingBatch } from '../../core/training/supernet/microBatches.ts';
import { classes, supernet as network } from './supernet/conflict/tinySupernet.ts';

const settings = trainingSettingsSchema.parse({ steps: 12, warmupSteps: 2, learningRate: 1e-2, averageDecay: 0.5 });

/** Classes differ in brightness. */
function batch(step: number): TrainingBatch {
  const random = new Random(`batch ${step}`);
  const labels = Int32Array.from({ length: 6 }, (_, i) => i % classes);
  const images = Float32Array.from({ length: 6 * 192 }, (_, i) => 0.3 * random.normal() + labels[Math.floor(i / 192)] - 1);
  return { images, labels, imageSize: 8 };
}

describe('training of a single network', () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await startEngine('ort', { threads: 1 });
  });
  const trainer = (change: Partial<typeof settings> = {}, start: { seed: number } | { weights: Weights } = { seed: 1 }) =>
    new NetworkTrainer({ engine, network, settings: { ...settings, ...change }, start });

  it('learns, at the rates of the schedule', () => {
    const one = trainer();
    const reports = Array.from({ length: 12 }, (_, step) => one.train(batch(step)));
    expect(reports.map(({ learningRate }) => learningRate)).toEqual(reports.map((_, step) => learningRateAt(step, settings)));
    expect(reports.map(({ step }) => step)).toEqual(Array.from({ length: 12 }, (_, i) => i + 1));
    // Untrained about ln 3.
    expect(reports[0].loss).toBeGreaterThan(0.9);
    expect(reports[11].loss).toBeLessThan(reports[0].loss - 0.2);
  });

  it('goes on from a checkpoint bit for bit', () => {
    const [whole, first, second] = [trainer(), trainer(), trainer({}, { seed: 99 })];
    for (let step = 0; step < 6; step++) whole.train(batch(step));
    for (let step = 0; step < 3; step++) first.train(batch(step));
    second.restore(first.tensors(), JSON.parse(JSON.stringify(first.state())));
    for (let step = 3; step < 6; step++) second.train(batch(step));
    expect(second.step).toBe(6);
    expect(second.tensors()).toEqual(whole.tensors());
    expect(second.evaluationWeights.trainable).toEqual(whole.evaluationWeights.trainable);
  });

  it('begins from given weights, which stay as they are', () => {
    const weights = Weights.initialise(network, new Random('given'));
    const before = weights.trainable.slice();
    const one = trainer({}, { weights });
    expect(one.weights.trainable).toEqual(before);
    one.train(batch(0));
    expect(one.weights.trainable).not.toEqual(before);
    expect(weights.trainable).toEqual(before);
  });

  it('is judged by the moving average of the weights, or by the last without one', () => {
    const one = trainer();
    let average = Float64Array.from(one.weights.trainable);
    for (let step = 0; step < 4; step++) {
      one.train(batch(step));
      // The decay rises from 1/10 to its setting.
      const decay = Math.min(0.5, (1 + step) / (10 + step));
      average = average.map((value, i) => decay * value + (1 - decay) * one.weights.trainable[i]);
    }
    one.evaluationWeights.trainable.forEach((value, i) => expect(Math.abs(value - average[i])).toBeLessThan(1e-6));
    const without = trainer({ averageDecay: 0 });
    expect(without.evaluationWeights).toBe(without.weights);
    const images = { count: 6, size: 8, pixels: batch(0).images };
    expect(logits(engine, one.evaluationWeights, images)).toHaveLength(6 * classes);
  });

  it('stops with a reason when the loss is no number, before the weights are moved', () => {
    const one = trainer();
    const before = one.weights.trainable.slice();
    const { images, ...rest } = batch(0);
    expect(() => one.train({ ...rest, images: images.map(() => NaN) })).toThrow(expect.objectContaining({ code: 'diverged' }));
    expect(one.weights.trainable).toEqual(before);
    expect(one.step).toBe(0);
  });
});
