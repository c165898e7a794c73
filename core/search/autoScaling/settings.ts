import { z } from 'zod';

/** The numbers of As-ViT's auto-scaling (section 3.4, Algorithm 2), with the paper's defaults. */
export const autoScalingSettingsSchema = z.strictObject({
  maxParams: z.number().positive().default(100e6).describe('parameters at which scaling stops'),
  dropAboveParams: z.number().positive().default(110e6).describe('larger candidates are not looked at'),
  widthRatios: z.array(z.number().gt(1)).min(1).default([1.05, 1.1, 1.15, 1.2]).describe('by how much a step may widen the network'),
  ranking: z.enum(['released', 'corrected', 'noise-aware']).default('corrected')
    .describe('how the best candidate is chosen: by ranks with the tie rule of the release, with ties broken in the right direction, or '
      + 'by ranks that count only differences beyond the noise of the measures'),
  significance: z.number().positive().default(1.96).describe('noise-aware: standard errors that make a difference'),
});

export type AutoScalingSettings = z.output<typeof autoScalingSettingsSchema>;
export type AutoScalingSettingsInput = z.input<typeof autoScalingSettingsSchema>;
