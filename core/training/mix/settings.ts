import { z } from 'zod';

const alpha = z.number().min(0);

/** The `training.mix` part of a study: mixup (Zhang et al. 2018) and CutMix (Yun et al. 2019). */
export const mixSettingsSchema = z.strictObject({
  mixup: alpha.default(0).describe('alpha of the Beta distribution that images are blended by, 0 for none; the ElasticViT recipe has 0.01'),
  cutmix: alpha.default(0).describe('alpha of the Beta distribution of the share that is pasted from another image, 0 for none; the ElasticViT recipe has 0.01'),
  probability: z.number().min(0).max(1).default(1).describe('of a batch being mixed at all'),
  switchProbability: z.number().min(0).max(1).default(0.5).describe('of CutMix rather than mixup, where both are on'),
});

export type MixSettings = z.output<typeof mixSettingsSchema>;
