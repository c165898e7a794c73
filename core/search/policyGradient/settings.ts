import { z } from 'zod';

/**
 * The numbers of As-ViT's topology search; the defaults are those of the release (search/reinforce.py) where that and
 * the paper do not contradict each other, and the paper's where they do.
 */
export const policySearchSettingsSchema = z.strictObject({
  steps: z.int().min(1).default(500).describe('topologies sampled and measured, one at each step'),
  learningRate: z.number().positive().default(0.08).describe("learning rate of the policy's Adam"),
  baselineMomentum: z.number().min(0).lt(1).default(0.9).describe('how slowly the baseline follows the rewards'),
  range: z.enum(['all', 'last-20']).default('all')
    .describe('samples that a change is measured against: all so far (paper) or the last 20 (release)'),
  invalid: z.enum(['skip', 'released']).default('skip')
    .describe('what happens to a topology whose measures fail: it gets the lowest reward and is forgotten (skip), or its failure '
      + 'counts as the value -1, which looks excellent (released)'),
});

export type PolicySearchSettings = z.output<typeof policySearchSettingsSchema>;
export type PolicySearchSettingsInput = z.input<typeof policySearchSettingsSchema>;
