import { z } from 'zod';
import { conflictSettingsSchema } from './supernet/conflict/settings.ts';
import { distillationSettingsSchema } from './distillation/settings.ts';
import { mixSettingsSchema } from './mix/settings.ts';
import { performanceSettingsSchema, samplingSettingsSchema } from './supernet/sampling/settings.ts';

const count = z.int().min(1);
const positive = z.number().positive();
const nonNegative = z.number().min(0);
const macs = z.number().min(1);

/** The `training` part of a study: how the supernet learns. */
export const trainingSettingsSchema = z.strictObject({
  steps: count.default(1000).describe('training steps; each trains four subnets on one batch'),
  batchSize: count.default(64).describe('images per step'),
  microBatchSize: count.optional()
    .describe('images that are computed at once, where the memory does not hold a batch; their gradients are added up'),
  learningRate: positive.default(1e-3).describe('highest learning rate, reached after the warm-up'),
  minLearningRate: nonNegative.default(1e-5).describe('learning rate at the end, where the cosine ends'),
  warmupSteps: z.int().min(0).default(50).describe('steps in which the learning rate rises from zero'),
  weightDecay: nonNegative.default(0.05).describe('decoupled weight decay of AdamW'),
  decayConvolutions: z.boolean().default(false)
    .describe('whether weight decay also applies to the first convolution and all inverted residuals, which the ElasticViT recipe spares'),
  clipNorm: positive.default(1).describe('largest norm of a whole gradient; longer ones are shortened'),
  adaptiveClip: nonNegative.default(0)
    .describe("largest norm of a unit's gradient as a share of its weights' norm (adaptive gradient clipping), 0 for none"),
  averageDecay: z.number().min(0).lt(1).default(0.999)
    .describe('share that the moving average of the weights keeps at each step; subnets are judged by the average, 0 for the last weights'),
  labelSmoothing: z.number().min(0).max(0.9).default(0.1).describe('share of the target spread over all classes'),
  buckets: z.union([count, z.array(macs).min(1)]).default(8)
    .describe('levels of MACs from which the subnets of a step come: how many, or their MACs in ascending order'),
  sampling: samplingSettingsSchema.prefault({}).describe('which subnets a step trains'),
  performance: performanceSettingsSchema.prefault({}).describe('preference for subnets that do well'),
  smallestLoss: z.enum(['alpha-divergence', 'cross-entropy']).default('alpha-divergence')
    .describe('how the smallest subnet learns from the mean answer of the others'),
  distillation: distillationSettingsSchema.prefault({}).describe('teachers that the sampled subnets learn from'),
  mix: mixSettingsSchema.prefault({}).describe('images mixed with others of their batch'),
  conflict: conflictSettingsSchema.prefault({}).describe('how well the gradients of small and large subnets agree'),
  checkpointEverySteps: count.default(100).describe('steps between two checkpoints, from which a stopped study goes on'),
  healthEverySteps: z.int().min(0).optional()
    .describe('steps between two trials of a small, a middle and the largest subnet, 0 for none; by default so many that they take 3 % of the work'),
});

export type TrainingSettings = z.output<typeof trainingSettingsSchema>;
