import { z } from 'zod';
import { arch, count, nothing, path } from './common.ts';

/** A training-free score. */
export const proxy = z.object({
  id: z.string(), title: z.string(), summary: z.string(), direction: z.enum(['higher', 'lower']),
  needs: z.enum(['nothing', 'weights', 'images', 'labels']),
  /** Whether it runs networks, which takes longer. */
  usesEngine: z.boolean(),
  /** Counted rather than scored; every comparison has it. */
  isBaseline: z.boolean(),
});

/** A figure and its 95 % bootstrap interval; null where it is not defined. */
const estimate = z.object({ value: z.number().nullable(), interval: z.object({ low: z.number(), high: z.number() }).nullable() });

const agreement = z.object({
  /** Kendall's tau-b and Spearman's rho with accuracy. */
  tau: estimate, rho: estimate,
  /** Share of the k best among the ranking's first k, and what the best of those loses against the best of all. */
  recall: estimate, regret: estimate,
  /** By baseline: tau minus the baseline's. */
  gains: z.record(z.string(), estimate),
});

export const correlation = z.object({
  title: z.string(), source: z.string().nullable(), seeds: z.array(z.number()),
  columns: z.array(z.object({ name: z.string(), title: z.string(), measured: count, topK: count })),
  networks: z.array(z.object({
    name: z.string(), space: z.string(), arch,
    /** In the order of the columns and the file's unit; null where it was not measured. */
    accuracies: z.array(z.number().nullable()),
  })),
  rankings: z.array(z.object({
    id: z.string(), title: z.string(), isBaseline: z.boolean(),
    /** In the order of the networks; null where it is not valid. Of a combination, the rank of its sum of ranks. */
    scores: z.array(z.number().nullable()), invalid: count,
    /** Of all networks together; null for a combination. */
    ms: z.number().nullable(), macs: z.number().nullable(),
    /** In the order of the columns, and the mean over them. */
    columns: z.array(agreement), mean: agreement,
  })),
  /** Plain sentences on what the scores are worth. */
  remarks: z.array(z.string()),
});

export const correlationMethods = {
  'proxies.list': { input: nothing, output: z.array(proxy) },
  /** Scores the networks of a file with measured accuracies and compares the orders. Scores are kept: what was cancelled goes on. */
  'correlation.compute': {
    input: z.object({
      /** JSON or CSV of architectures with accuracies, or ViT-Bench-101's. */
      file: path,
      /** Proxies, and combinations with a plus between them; baselines are always compared. */
      rankings: z.array(z.string().min(1)).max(100),
      /** Of networks for which the file names none. */
      space: z.string().optional(),
      seeds: z.int().min(1).max(100).default(1),
    }),
    progress: z.object({ fraction: z.number(), words: z.string() }),
    output: correlation,
  },
} as const;
