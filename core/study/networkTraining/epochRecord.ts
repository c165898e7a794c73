import { z } from 'zod';

export const epochSchema = z.object({
  /** Passes over the training images so far. */
  epoch: z.number(),
  step: z.int(),
  /** Mean of the steps since the evaluation before. */
  trainingLoss: z.number(),
  accuracy: z.number(),
  top5Accuracy: z.number(),
  loss: z.number(),
});
/** What an evaluation in the course of a training found. */
export type EpochRecord = z.output<typeof epochSchema>;
