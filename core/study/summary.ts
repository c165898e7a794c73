import { z } from 'zod';
import { InputError } from '../base/errors.ts';
import { searchResultSchema } from '../search/result.ts';
import { readText } from './textFile.ts';

const accuracy = z.number().min(0).max(1);

const exportedSchema = z.object({
  /** Relative to the study's folder. */
  path: z.string(),
  /** Devices whose front the architecture is on, with its id there. */
  devices: z.array(z.string()),
  id: z.string(),
  key: z.string(),
  sizeBytes: z.int(),
  /** On all validation images, measured on the exported weights. */
  accuracy,
  /** Largest difference between ONNX Runtime and the training engine, relative to the logits' scale. */
  relativeDiff: z.number(),
});

/** What a study has found so far: `results/summary.json`. */
export const summarySchema = z.object({
  format: z.literal('pocketformer-summary'),
  version: z.literal(1),
  name: z.string(),
  space: z.string(),
  seed: z.int(),
  engine: z.string(),
  data: z.object({
    id: z.string(),
    classes: z.array(z.string()),
    trainImages: z.int(),
    valImages: z.int(),
    imageSize: z.int(),
    skipped: z.array(z.object({ path: z.string(), reason: z.string() })),
    /** Accuracy of a linear classifier on the same pixels. */
    linearAccuracy: accuracy,
  }),
  /** Null until the search is over. */
  result: searchResultSchema.nullable(),
  exported: z.array(exportedSchema),
  warnings: z.array(z.string()),
});

export type StudySummary = z.output<typeof summarySchema>;
export type ExportedModel = z.output<typeof exportedSchema>;

/** @throws InputError `no-summary` before the study's data were read, `damaged-summary` */
export async function readSummary(path: string): Promise<StudySummary> {
  let text: string;
  try {
    text = await readText(path);
  } catch (error) {
    if (error instanceof InputError && error.code === 'missing-file') {
      throw new InputError('no-summary', `${path}: there are no results yet; the study stopped before its data were read.`, { cause: error });
    }
    throw error;
  }
  try {
    return summarySchema.parse(JSON.parse(text));
  } catch (error) {
    throw new InputError('damaged-summary', `${path}: is not a study's summary; was it edited?`, { cause: error });
  }
}
