import { describe, expect, it } from 'vitest';
import { Random } from '../../../core/base/random.ts';
import { startEngine } from '../../../core/engine/engines.ts';
import { asVitMini } from '../../../core/spaces/asvit/space.ts';
import { trainingSettingsSchema } from '../../../core/training/settings.ts';
import { SupernetTrainer } from '../../../core/training/supernet/trainer.ts';

describe('supernet training in asvit-mini', () => {
  it('learns to tell images by their brightness, whatever kernels, windows and heads its subnets have', async () => {
    const training = new SupernetTrainer({
      engine: await startEngine('ort'), space: asVitMini, classes: 2, seed: 1,
      settings: trainingSettingsSchema.parse({ steps: 8, batchSize: 4, warmupSteps: 0, buckets: 2, learningRate: 3e-3 }),
    });
    const losses = Array.from({ length: 8 }, (_, step) => {
      const random = new Random(step);
      const labels = Int32Array.from({ length: 4 }, (_label, i) => i % 2);
      const images = Float32Array.from({ length: 4 * 3 * 32 * 32 }, (_pixel, i) => random.normal() * 0.3 + (labels[Math.floor(i / (3 * 32 * 32))] ? 1 : -1));
      return training.train({ images, labels, imageSize: 32 }).loss;
    });
    expect(losses[7]).toBeLessThan(losses[0] * 0.9);
  });
});
