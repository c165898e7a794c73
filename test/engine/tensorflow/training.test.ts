import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { Random } from '../../../core/base/random.ts';
import { listEngines, startEngine } from '../../../core/engine/engines.ts';
import { getSpace } from '../../../core/spaces/index.ts';
import { trainingSettingsSchema } from '../../../core/training/settings.ts';
import { SupernetTrainer } from '../../../core/training/supernet/trainer.ts';
import { relativeDifference } from '../compare.ts';

const { available, reason } = (await listEngines()).find(({ id }) => id === 'tensorflow')!;
const steps = 12;
const batchSize = 8;
const imageSize = 32;

/** Losses of a supernet's first steps, and how many tensors are alive after each. */
async function train(id: string): Promise<{ losses: number[]; tensors: number[] }> {
  const engine = await startEngine(id);
  const settings = trainingSettingsSchema.parse({ steps, batchSize, warmupSteps: 2, learningRate: 3e-3 });
  const trainer = new SupernetTrainer({ engine, space: getSpace('elasticvit-mini'), classes: 4, settings, seed: 1 });
  const losses: number[] = [];
  const tensors: number[] = [];
  for (let step = 0; step < steps; step++) {
    const random = new Random(step);
    const labels = Int32Array.from({ length: batchSize }, () => random.integer(4));
    const images = Float32Array.from({ length: batchSize * 3 * imageSize ** 2 }, (_, i) =>
      random.normal() + labels[Math.floor(i / (3 * imageSize ** 2))]);
    losses.push(trainer.train({ images, labels, imageSize }).loss);
    tensors.push(tf.memory().numTensors);
  }
  return { losses, tensors };
}

describe(`Training on TensorFlow${available ? '' : ` (skipped: ${reason})`}`, () => {
  it.skipIf(!available)('follows the loss curve of the ort engine within rounding, and leaves no tensor behind', async () => {
    const { losses, tensors } = await train('tensorflow');
    const expected = await train('ort');
    expect(relativeDifference(losses.slice(0, 1), expected.losses.slice(0, 1))).toBeLessThan(1e-5);
    // Rounding is magnified from step to step.
    expect(relativeDifference(losses, expected.losses)).toBeLessThan(1e-2);
    expect(new Set(tensors).size).toBe(1);
  });
});
