import { isAbsolute, relative, resolve, sep } from 'node:path';
import { z } from 'zod';
import { precisions } from '../graph/onnx/precision.ts';
import { InputError } from '../base/errors.ts';
import { accuracyChangeSchema } from './accuracyChangeSchema.ts';
import { appendShared } from './sharedList.ts';
import { readText } from './textFile.ts';

const recordSchema = z.object({
  /** ISO 8601, UTC. */
  time: z.string(),
  /** Relative to the study's folder and with forward slashes where the file is inside it, absolute elsewhere. */
  path: z.string(),
  id: z.string(),
  key: z.string(),
  sizeBytes: z.int(),
  /** Largest difference between ONNX Runtime and the engine, relative to the logits' scale. */
  relativeDiff: z.number(),
  /** Images per run. */
  batch: z.union([z.int(), z.literal('dynamic')]),
  opset: z.int(),
  /** Missing in lists from before there were others. */
  precision: z.enum(precisions).default('float32'),
  /** Of other precisions than float32: what they cost, on validation images. */
  accuracy: accuracyChangeSchema.optional(),
});

/** One export that a person asked for, beside those of the study's own run. */
export type ExportRecord = z.output<typeof recordSchema>;

/**
 * Appends an export to a study's list (`results/exports.ndjson`), one line in one write, so that several processes can
 * do so while the study runs. No lock is needed, and none is taken.
 * @throws EnvironmentError `disk-full` or `cannot-write`; the model itself is there all the same
 */
export async function recordExport(path: string, record: ExportRecord): Promise<void> {
  const remedy = `the model ${record.path} itself is written and checked; only the study's list does not have it.`;
  await appendShared(path, [JSON.stringify(recordSchema.parse(record))], remedy);
}

/**
 * The recorded exports, oldest first; none where there is no list. Lines that are no records are what killed processes
 * left unfinished, and are no part of it.
 */
export async function readExports(path: string): Promise<ExportRecord[]> {
  const lines = (await textOf(path)).split('\n');
  // The last line is finished only by its line break.
  return lines.slice(0, -1).flatMap((line) => {
    const parsed = recordSchema.safeParse(jsonOf(line));
    return parsed.success ? [parsed.data] : [];
  });
}

/** How a file is named in a study's list. */
export function pathInStudy(directory: string, path: string): string {
  const absolute = resolve(path);
  const inside = relative(resolve(directory), absolute);
  const isInside = inside !== '' && inside !== '..' && !inside.startsWith(`..${sep}`) && !isAbsolute(inside);
  return isInside ? inside.split(sep).join('/') : absolute;
}

async function textOf(path: string): Promise<string> {
  try {
    return await readText(path);
  } catch (error) {
    if (error instanceof InputError && error.code === 'missing-file') return '';
    throw error;
  }
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
