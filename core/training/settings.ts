import { z } from 'zod';

const count = z.int().min(1);
const positive = z.number().positive();
const nonNegative = z.number().min(0);

/** The `training` part of a study: how the supernet learns. */
export const trainingSettingsSchema = z.strictObject({
  steps: count.default(1000).describe('training steps; each trains three subnets on one batch'),
  batchSize: count.default(64).describe('images per step'),
  learningRate: positive.default(1e-3).describe('highest learning rate, reached after the warm-up'),
  minLearningRate: nonNegative.default(1e-5).describe('learning rate at the end, where the cosine ends'),
  warmupSteps: z.int().min(0).default(50).describe('steps in which the learning rate rises from zero'),
  weightDecay: nonNegative.default(0.05).describe('decoupled weight decay of AdamW'),
  clipNorm: positive.default(1).describe('largest norm of a gradient; longer ones are shortened'),
  labelSmoothing: z.number().min(0).max(0.9).default(0.1).describe('share of the target spread over all classes'),
  buckets: count.default(8)
    .describe('ranges of MACs that the space is divided into; the three subnets of a step come from one of them'),
  checkpointEverySteps: count.default(100).describe('steps between two checkpoints, from which a stopped study goes on'),
  healthEverySteps: z.int().min(0).optional()
    .describe('steps between two trials of a small, a middle and the largest subnet, 0 for none; by default so many that they take 3 % of the work'),
});

export type TrainingSettings = z.output<typeof trainingSettingsSchema>;
