import { z } from 'zod';
import { proxyIds } from './catalogue.ts';

/** The `scoring` part of a study: the training-free score that stands in for accuracy. */
export const scoringSettingsSchema = z.strictObject({
  proxy: z.enum(proxyIds).describe('training-free score that architectures are ranked by'),
  seeds: z.int().min(1).max(64).default(1).describe("initialisations, from the study's seed on, the mean of whose scores counts"),
  weights: z.enum(['supernet', 'fresh']).optional()
    .describe("untrained weights of scores that draw none of their own: slices of one supernet per seed (supernet, the default), or each architecture's own (fresh)"),
  inputs: z.enum(['published', 'ones', 'noise', 'images']).default('published')
    .describe('what the networks of scores that look at images are run on: as published, ones, noise, or training images of the data'),
  batch: z.int().min(1).max(4096).optional().describe('how many inputs; by default as published, of images 64'),
});

export type ScoringSettings = z.output<typeof scoringSettingsSchema>;
