import { z } from 'zod';
import { precisions } from '../graph/onnx/precision.ts';
import { scoringSettingsSchema } from '../scoring/settings.ts';
import { resultFile, searchResultSchema } from '../search/resultFile.ts';
import { accuracyChangeSchema } from './accuracyChangeSchema.ts';
import type { StudySummary } from './summary.ts';

/*
 * Two versions of `results/summary.json`: version 1 of studies that train, version 2 of those that score. What the second lacks
 * (accuracies, perhaps images) the first always has, so readers of earlier versions keep reading what they can read.
 */

const accuracy = z.number().min(0).max(1);
const exported = z.object({
  path: z.string(), devices: z.array(z.string()), id: z.string(), key: z.string(), sizeBytes: z.int(), accuracy, relativeDiff: z.number(),
  /** Missing in summaries from before there were others. */
  precision: z.enum(precisions).default('float32'),
  comparison: accuracyChangeSchema.optional(),
});
const data = z.object({
  id: z.string(),
  classes: z.array(z.string()),
  trainImages: z.int(),
  valImages: z.int(),
  imageSize: z.int(),
  skipped: z.array(z.object({ path: z.string(), reason: z.string() })),
  linearAccuracy: accuracy,
});
const common = {
  format: z.literal('pocketformer-summary'),
  name: z.string(),
  space: z.string(),
  seed: z.int(),
  result: searchResultSchema.nullable(),
  warnings: z.array(z.string()),
  deviceModels: z.record(z.string(), z.string()).optional(),
};

/** Of a study that trains. */
export const trainedSummarySchema = z.object({ ...common, version: z.literal(1), engine: z.string(), data, exported: z.array(exported) });
const trainingFree = z.object({
  ...common,
  version: z.literal(2),
  engine: z.string().nullable(),
  scoring: scoringSettingsSchema,
  data: data.omit({ linearAccuracy: true }).nullable(),
  exported: z.array(exported.omit({ accuracy: true, comparison: true }).extend({ weights: z.literal('untrained') })),
});

/** Reads what `summaryFile` made. */
export const summaryFileSchema = z.discriminatedUnion('version', [trainedSummarySchema, trainingFree]).transform((file): StudySummary => {
  const { name, space, seed, engine, result, warnings, deviceModels } = file;
  const common = { name, space, seed, engine, result, warnings, ...(deviceModels && { deviceModels }) };
  if (file.version === 1) return { ...common, scoring: null, data: file.data, exported: file.exported };
  return {
    ...common, scoring: file.scoring, data: file.data && { ...file.data, linearAccuracy: null },
    exported: file.exported.map(({ weights: _, ...model }) => ({ ...model, accuracy: null })),
  };
});

/** A summary in the form of its file; plain JSON. */
export function summaryFile({ name, space, seed, engine, scoring, data: images, result, exported: models, warnings, deviceModels }: StudySummary): object {
  const found = result && resultFile(result);
  const head = { format: 'pocketformer-summary', version: scoring ? 2 : 1, name, space, seed, engine };
  const tail = { warnings, ...(deviceModels && { deviceModels }) };
  if (!scoring) return { ...head, data: images, result: found, exported: models, ...tail };
  return {
    ...head, scoring, data: images && withoutLinear(images), result: found,
    exported: models.map(({ accuracy: _, ...model }) => ({ ...model, weights: 'untrained' })), ...tail,
  };
}

function withoutLinear({ linearAccuracy: _, ...rest }: NonNullable<StudySummary['data']>) {
  return rest;
}
