import { z } from 'zod';
import { count, float32, newerModel, nothing, path } from './common.ts';
import { modelState } from './measured.ts';

const errors = z.object({
  count, mapePercent: z.number(), rmspePercent: z.number(), biasPercent: z.number(), worstPercent: z.number(),
  withinPercent: z.record(z.string(), z.number()), kendallTau: z.number().nullable(), spearmanRho: z.number().nullable().optional(),
});

export const device = z.object({
  /** Unique among those that are listed; `path` is what names one that is your own. */
  name: z.string(), title: z.string(), systemOnChip: z.string().nullable(),
  /** Absolute path of its file. */
  path: z.string(), shipped: z.boolean(),
  runtime: z.object({ name: z.string(), processor: z.string(), precision: z.string(), threads: count, notes: z.string() }),
  measurements: z.object({ source: z.string(), notes: z.string(), blocks: count, networks: count, measuredOn: z.string().nullable(),
    /** That the measured runs took; null where it is not known. */
    minutes: z.number().nullable(),
  }),
  /** What the numbers are about, and what they are not. */
  speaksFor: z.array(z.string()),
  evaluations: z.array(z.object({ title: z.string(), errors })),
  /** The same networks predicted by simpler means. */
  baselines: z.array(z.object({ title: z.string(), errors })),
  /** Share of measured latencies that the interval aims at, and that it held on further networks. */
  interval: z.object({ coverage: z.number(), observedCoverage: z.number(), halfWidthPercent: z.number() }),
  /** Whether it still fits what was measured afterwards. */
  state: modelState.optional(),
  /** Measurements of its own target, by studies, that it does not know. */
  fresh: count,
  newer: newerModel.nullable(),
});

const fitErrors = z.object({ mapePercent: z.number(), worstPercent: z.number() });
const fitFigures = fitErrors.extend({ networks: count, intervalPercent: z.number() });

const refit = z.object({
  /** Of the model that was written, or would be, beside the earlier one. */
  name: z.string(), path, hash: z.string(),
  /** Measurements that the earlier model did not know. */
  added: count,
  /** Everything was fitted anew; otherwise the earlier model stands for what it was fitted to. */
  isFromMeasurements: z.boolean(),
  /** Errors on what each was fitted to, held out, and the interval's half-width. */
  before: fitFigures, after: fitFigures,
  /** Errors of both on the networks that were measured since, which neither prediction knew; null where there are none. */
  comparison: z.object({ networks: count, before: fitErrors, after: fitErrors }).nullable(),
});
const refitProgress = z.object({ fraction: z.number(), words: z.string() });

export const deviceMethods = {
  'devices.list': { input: nothing, output: z.array(device) },
  /** What becomes of a model of one's own with everything that was measured since; writes nothing. `studies` are those of the library that use it. */
  'devices.refit': { input: z.object({ device: path }), progress: refitProgress, output: refit.extend({ studies: z.array(z.string()) }) },
  /** Writes the refit that was shown, by its hash: as a new model beside the present one or, where it `replaces`, in its place. */
  'devices.takeRefit': { input: z.object({ device: path, hash: z.string(), replaces: z.boolean() }), progress: refitProgress, output: refit },
  'devices.get': {
    input: z.object({ device: z.string() }),
    output: z.object({
      device,
      /** By kind of block: what was measured. */
      ranges: z.array(z.object({
        kind: z.string(), measuredBlocks: count, features: z.array(z.object({ name: z.string(), min: z.number(), max: z.number() })),
      })),
      /** Architectures never used in fitting; null where the model's file has none. */
      heldOut: z.object({ title: z.string(), measuredMs: float32, predictedMs: float32 }).nullable(),
    }),
  },
} as const;
