import { z } from 'zod';

const count = z.int().min(1);
const positive = z.number().positive();
const nonNegative = z.number().min(0);

/** The `training` part of a study: how the supernet learns. */
export const trainingSettingsSchema = z.strictObject({
  steps: count.default(1000),
  batchSize: count.default(64),
  learningRate: positive.default(1e-3),
  /** Where the cosine ends. */
  minLearningRate: nonNegative.default(1e-5),
  warmupSteps: z.int().min(0).default(50),
  weightDecay: nonNegative.default(0.05),
  /** Largest norm of a gradient. */
  clipNorm: positive.default(1),
  labelSmoothing: z.number().min(0).max(0.9).default(0.1),
  /** Into how many ranges of MACs the space is divided; the three subnets of a step come from one of them. */
  buckets: count.default(8),
  checkpointEverySteps: count.default(100),
});

export type TrainingSettings = z.output<typeof trainingSettingsSchema>;
