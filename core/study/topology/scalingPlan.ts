import { z } from 'zod';
import { autoScalingSettingsSchema } from '../../search/autoScaling/settings.ts';
import { deviceLimitSchema } from './limits.ts';

/** What an auto-scaling is to do. */
export const autoScalingPlanSchema = z.object({
  format: z.literal('pocketformer-auto-scaling'),
  version: z.literal(1),
  space: z.string(),
  /** The topology to begin with, at the size to begin with. */
  arch: z.unknown(),
  seed: z.int(),
  measures: z.array(z.string()).min(1),
  /** How often each measure is taken, with a seed of its own. */
  repeats: z.int().min(1),
  /** Networks are measured at this fraction of their width: 4 in the release, 1 for their own. */
  widthDivisor: z.int().min(1),
  limits: z.array(deviceLimitSchema),
  settings: autoScalingSettingsSchema,
});
export type AutoScalingPlan = z.output<typeof autoScalingPlanSchema>;

/** A measured candidate. */
export const autoScalingRecordSchema = z.object({
  /** From 1. */
  step: z.int(),
  size: z.object({ width: z.number(), depths: z.array(z.int()) }),
  params: z.number(),
  estimates: z.array(z.object({ mean: z.number(), standardError: z.number() })).nullable(),
  /** Executed to measure it. */
  macs: z.number(),
  /** From the one before it on, or from the beginning of a process: several are measured at the same time. */
  seconds: z.number(),
});
export type AutoScalingRecord = z.output<typeof autoScalingRecordSchema>;
