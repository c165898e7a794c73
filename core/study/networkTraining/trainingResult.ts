import { z } from 'zod';
import { precisions } from '../../graph/onnx/precision.ts';
import { accuracyChangeSchema } from '../accuracyChangeSchema.ts';
import { readResult } from '../readResult.ts';
import { epochSchema } from './epochRecord.ts';
import { startingFactsSchema } from './startingFacts.ts';
import type { TrainingPaths } from './trainingFolder.ts';

const share = z.number().min(0).max(1);
const count = z.int().min(0);

/** What `results/training.json` holds. */
export const trainingResultSchema = z.object({
  format: z.literal('pocketformer-training'),
  version: z.literal(1),
  name: z.string(),
  space: z.string(),
  /** Genotype in the space's JSON form, and the space's key of it. */
  arch: z.unknown(),
  key: z.string(),
  seed: z.int(),
  engine: z.string(),
  preset: z.string().nullable(),
  resolution: z.int(),
  params: count,
  macs: count,
  data: z.object({ id: z.string(), classes: z.array(z.string()), trainImages: count, valImages: count, imageSize: z.int() }),
  /** Predicted, of one image, in ms with the ends of the interval. */
  latencies: z.array(z.object({ device: z.string(), latencyMs: z.number(), lowMs: z.number(), highMs: z.number() })),
  /** Everything that the training began with, in words. */
  start: z.string(),
  /** What was done to weights that it began with; null where they were fresh. */
  starting: startingFactsSchema.nullable().default(null),
  notes: z.array(z.string()),
  steps: count,
  stoppedEarly: z.boolean(),
  /** Time spent in steps, also over interruptions. */
  trainingSeconds: z.number(),
  /** Multiply-accumulates of one forward pass of every image trained on, no branch left out; a step takes about three times as many. */
  trainingMacs: z.number(),
  /** Phases of a training that began with fewer tokens. */
  retokenization: z.object({
    phases: z.array(z.object({ fromEpoch: z.number(), toEpoch: z.number(), stride: z.int(), dilation: z.int(), macs: count })),
    savedMacsShare: z.number(),
  }).nullable(),
  epochs: z.array(epochSchema),
  best: epochSchema,
  /** Of the weights that were exported, on all validation images. */
  evaluation: z.object({
    weights: z.enum(['best', 'last']),
    accuracy: share,
    top5Accuracy: share,
    loss: z.number(),
    images: count,
    /** [class][predicted], images. */
    confusion: z.array(z.array(count)),
    perClass: z.array(z.object({ class: z.string(), images: count, accuracy: share })),
    /** The surest first; `path` where the images are files, `picture` a small one of it, relative to the training's folder. */
    wrong: z.array(z.object({ index: count, path: z.string().optional(), picture: z.string(), label: z.string(), predicted: z.string(), confidence: share })),
  }),
  exported: z.object({
    path: z.string(),
    sizeBytes: count,
    relativeDiff: z.number(),
    /** Of the file in ONNX Runtime, on all validation images. */
    accuracy: share,
  }),
  /** Further files of the same weights, in the order of the settings. */
  otherPrecisions: z.array(z.object({
    path: z.string(), precision: z.enum(precisions), sizeBytes: count, relativeDiff: z.number(), comparison: accuracyChangeSchema,
  })).default([]),
});

export type TrainingResult = z.output<typeof trainingResultSchema>;

/** Undefined while the training is not finished. @throws InputError `damaged-result` */
export function readTrainingResult({ result }: Pick<TrainingPaths, 'result'>): Promise<TrainingResult | undefined> {
  return readResult(result, trainingResultSchema, 'is not the result of a training; was it edited?');
}
