import { z } from 'zod';
import { proxyIds } from './catalogue.ts';

/** The `scoring` part of a study: the training-free score that stands in for accuracy. */
export const scoringSettingsSchema = z.strictObject({
  proxy: z.enum(proxyIds).describe('training-free score that architectures are ranked by'),
  seeds: z.int().min(1).max(64).default(1).describe('initialisations, the mean of whose scores counts'),
  weights: z.enum(['shared', 'fresh']).default('shared')
    .describe('untrained weights of an architecture: slices of one supernet per seed (shared), or its own (fresh)'),
  inputs: z.enum(['published', 'images']).default('published')
    .describe("what proxies look at: as published (ones or noise), or the data's training images"),
  images: z.int().min(1).max(1024).default(32).describe('with the inputs "images": how many'),
});

export type ScoringSettings = z.output<typeof scoringSettingsSchema>;
