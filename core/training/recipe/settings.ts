import { z } from 'zod';
import { distillationSettingsSchema } from '../distillation/settings.ts';
import { mixSettingsSchema } from '../mix/settings.ts';

const count = z.int().min(1);
const positive = z.number().positive();
const nonNegative = z.number().min(0);

const phaseSchema = z.strictObject({
  epochs: positive.describe('epochs that it lasts'),
  stride: z.int().min(2).max(256).describe('of the first projection, in pixels; a multiple of the usual one'),
  dilation: z.int().min(1).max(256).optional().describe("of the first projection's kernel; by default as the paper's formula gives it"),
});

/** The `training` part of a training file: how one network learns. Schedules count epochs, which `schedule.ts` turns into steps. */
export const recipeSchema = z.strictObject({
  epochs: positive.default(50).describe('passes over the training images, warm-up included'),
  batchSize: count.default(64).describe('images per step'),
  microBatchSize: count.optional()
    .describe('images that are computed at once, where the memory does not hold a batch; their gradients are added up'),
  learningRate: positive.default(1e-3).describe('highest learning rate, reached after the warm-up'),
  learningRateBatchSize: count.optional()
    .describe('batch size that the learning rates are stated for; with other batch sizes they are scaled'),
  learningRateScaling: z.enum(['linear', 'sqrt']).default('linear').describe('how learning rates grow with the batch size'),
  minLearningRate: nonNegative.default(1e-5).describe('learning rate at the end, where the cosine ends'),
  warmupEpochs: nonNegative.default(2).describe('epochs in which the learning rate rises from zero'),
  cooldownEpochs: nonNegative.default(0).describe('further epochs at the last learning rate'),
  weightDecay: nonNegative.default(0.05).describe('decoupled weight decay of AdamW'),
  decayConvolutions: z.boolean().default(false)
    .describe('whether weight decay also applies to the first convolution and all inverted residuals, which the ElasticViT recipe spares'),
  clipNorm: positive.optional().describe('largest norm of a whole gradient; longer ones are shortened'),
  adaptiveClip: nonNegative.default(0)
    .describe("largest norm of a unit's gradient as a share of its weights' norm (adaptive gradient clipping), 0 for none"),
  averageDecay: z.number().min(0).lt(1).default(0.999)
    .describe('share that the moving average of the weights keeps at each step; the network is judged by the average, 0 for the last weights'),
  labelSmoothing: z.number().min(0).max(0.9).default(0.1).describe('share of the target spread over all classes'),
  stochasticDepth: z.strictObject({
    rate: z.number().min(0).lt(1).default(0).describe('probability that the last residual branch is left out; earlier ones are left out less often'),
    draws: count.default(4).describe('parts of a batch that lose branches of their own'),
  }).prefault({}).describe('residual branches left out at random'),
  mix: mixSettingsSchema.prefault({}).describe('images mixed with others of their batch'),
  distillation: distillationSettingsSchema.prefault({}).describe('teachers that the network learns from'),
  freeze: z.union([z.enum(['nothing', 'backbone']), z.strictObject({ stages: count }), z.strictObject({ blocks: count })]).default('nothing')
    .describe('what stays as it began: nothing, the backbone (all but the classifier, its last block), { stages: N } or { blocks: N } for the first N'),
  retokenization: z.strictObject({
    phases: z.array(phaseSchema).max(8).default([]).describe('from the coarsest tokens to finer ones; the epochs that are left see all tokens'),
  }).prefault({}).describe('fewer tokens at first (As-ViT, section 4)'),
  earlyStopping: z.strictObject({
    patienceEpochs: positive.optional().describe('epochs without a better accuracy after which the training ends; by default it goes on to the end'),
    minImprovement: nonNegative.default(0).describe('share of the images by which an accuracy must be better to count'),
  }).prefault({}).describe('end of a training that no longer gets better'),
  evaluateEveryEpochs: positive.default(1).describe('epochs between two evaluations on the validation images'),
  calibrationBatches: count.default(8).describe('batches of training images that set batch norms before the network is judged'),
  checkpointEverySteps: count.default(200).describe('steps between two checkpoints, besides those after evaluations'),
});

export type Recipe = z.output<typeof recipeSchema>;
