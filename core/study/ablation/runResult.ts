import { z } from 'zod';

const count = z.number().min(0);
const accuracy = z.number().min(0).max(1);

const conflictSchema = z.object({ macs: z.array(count), cosine: z.array(z.array(z.number().nullable())) });

const judgedSchema = z.object({
  key: z.string(),
  macs: count,
  /** On the two halves of the validation images: one chooses, the other tells. */
  halves: z.tuple([accuracy, accuracy]),
});

/** What one run of an ablation found: `results/ablation.json` of its study. */
export const runResultSchema = z.object({
  format: z.literal('pocketformer-ablation-run'),
  version: z.literal(1),
  variant: z.string(),
  seed: z.int(),
  steps: z.int(),
  /** Time in training steps alone. */
  trainingSeconds: count,
  /** Validation images of both halves. */
  images: z.int(),
  buckets: z.array(z.object({
    fromMacs: count,
    toMacs: count,
    /** The same architectures for every variant. */
    subnets: z.array(judgedSchema).min(1),
    /** The best that the training remembered, half as many at most; empty for variants that remember none. */
    remembered: z.array(judgedSchema),
  })),
  /** Cosine of gradients between sizes, with the first weights and with the last. */
  conflict: z.object({ before: conflictSchema, after: conflictSchema }).nullable(),
});

export type RunResult = z.output<typeof runResultSchema>;
export type JudgedSubnet = z.output<typeof judgedSchema>;
export type BucketResult = RunResult['buckets'][number];

/**
 * Accuracy of the best subnet of a level among equally many candidates: those common to all variants or, where the training
 * remembers subnets, these in the place of some of the common ones, as the published search begins with its memory bank.
 * Without the optimism of choosing and judging on the same images: the best on one half of the images is judged on the
 * other, both ways, and averaged.
 */
export function bestAccuracy({ subnets, remembered }: BucketResult): number {
  const candidates = [...remembered, ...subnets].slice(0, subnets.length);
  const bestOn = (half: 0 | 1) => candidates.reduce((best, one) => one.halves[half] > best.halves[half] ? one : best);
  return (bestOn(0).halves[1] + bestOn(1).halves[0]) / 2;
}

/** Mean accuracy of the level's subnets that all variants share. */
export function meanAccuracy({ subnets }: BucketResult): number {
  return subnets.reduce((sum, { halves: [a, b] }) => sum + (a + b) / 2, 0) / subnets.length;
}
