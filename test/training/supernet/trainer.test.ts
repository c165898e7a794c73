import { beforeAll, describe, expect, it } from 'vitest';
import type { Engine } from '../../../core/engine/engine.ts';
import { startEngine } from '../../../core/engine/engines.ts';
import { InputError } from '../../../core/base/errors.ts';
import { Random } from '../../../core/base/random.ts';
import { getSpace } from '../../../core/spaces/index.ts';
import { trainingSettingsSchema } from '../../../core/training/settings.ts';
import { SupernetTrainer, type TrainingBatch } from '../../../core/training/supernet/trainer.ts';

const space = getSpace('elasticvit-mini');
const settings = trainingSettingsSchema.parse({ steps: 8, batchSize: 4, warmupSteps: 0, buckets: 2, learningRate: 3e-3 });

function batchOf(step: number): TrainingBatch {
  const random = new Random(step);
  const labels = Int32Array.from({ length: 4 }, (_, i) => i % 2);
  // Two classes that differ in brightness.
  const images = Float32Array.from({ length: 4 * 3 * 32 * 32 }, (_, i) => random.normal() * 0.3 + (labels[Math.floor(i / (3 * 32 * 32))] ? 1 : -1));
  return { images, labels, imageSize: 32 };
}

describe('supernet training', () => {
  let engine: Engine;
  beforeAll(async () => { engine = await startEngine('ort'); });
  const trainer = (seed = 1) => new SupernetTrainer({ engine, space, classes: 2, settings, seed });

  it('learns to tell bright images from dark ones', () => {
    const training = trainer();
    const losses = Array.from({ length: 8 }, (_, step) => training.train(batchOf(step)).loss);
    expect(losses[7]).toBeLessThan(losses[0] * 0.9);
  });

  it('goes on from a checkpoint as if it had never stopped', () => {
    const whole = trainer();
    for (let step = 0; step < 4; step++) whole.train(batchOf(step));

    const first = trainer();
    for (let step = 0; step < 2; step++) first.train(batchOf(step));
    const tensors = Object.fromEntries(Object.entries(first.tensors()).map(([name, { shape, data }]) => [name, { shape, data: data.slice() }]));
    const state: unknown = JSON.parse(JSON.stringify(first.state()));
    const second = trainer();
    second.restore(tensors, state);
    expect(second.step).toBe(2);
    for (let step = 2; step < 4; step++) second.train(batchOf(step));

    expect(second.weights.trainable).toEqual(whole.weights.trainable);
    expect(second.state()).toEqual(whole.state());
  });

  it('trains other weights from another seed', () => {
    expect(trainer(1).weights.trainable).not.toEqual(trainer(2).weights.trainable);
  });

  it('refuses a checkpoint of another network', () => {
    const other = new SupernetTrainer({ engine, space, classes: 3, settings, seed: 1 });
    expect(() => trainer().restore(other.tensors(), other.state())).toThrow(InputError);
  });

  it('says that training diverged, before it spoils the weights', () => {
    const training = trainer();
    const before = training.weights.trainable.slice();
    const { labels, imageSize, images } = batchOf(0);
    expect(() => training.train({ labels, imageSize, images: images.fill(NaN) })).toThrow(expect.objectContaining({ code: 'diverged' }));
    expect(training.weights.trainable).toEqual(before);
  });
});
