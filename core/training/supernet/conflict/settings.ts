import { z } from 'zod';

/** The `training.conflict` part of a study. */
export const conflictSettingsSchema = z.strictObject({
  everySteps: z.int().min(0).optional()
    .describe('steps between two measurements of gradient conflict, 0 for none; by default so many that they take 3 % of the work'),
  images: z.int().min(2).default(32).describe('images that each gradient is taken on'),
  pairs: z.int().min(1).default(1).describe('pairs of subnets averaged for each two sizes'),
});

export type ConflictSettings = z.output<typeof conflictSettingsSchema>;
