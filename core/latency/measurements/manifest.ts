import { z } from 'zod';
import { InputError } from '../../base/errors.ts';
import { parseJsonText } from '../../spaces/jsonText.ts';
import type { PlacedMeasurement } from './parseMeasurements.ts';
import { modelSchema, precisionSchema, sha256Schema } from './record.ts';
import { subjectSchema } from './subject.ts';

/** A folder of models to measure: what each file is, what goes in and what must come out. */
export const manifestFormat = 'pocketformer-calibration-set';
export const manifestVersion = 1;
export const manifestName = 'manifest.json';

/** The name of a file in the manifest's folder, without a way out of it. */
const fileName = z.string().regex(/^(?!.*\.\.)[\w][\w .+-]*(\/[\w][\w .+-]*)*$/, 'expected the path of a file inside the folder');

const manifestModelSchema = z.strictObject({
  ...modelSchema.shape,
  file: fileName,
  sha256: sha256Schema,
  precision: precisionSchema,
  of: subjectSchema,
  input: z.strictObject({
    name: z.string().min(1), shape: z.array(z.int().positive()).min(1).max(8),
    /** Little-endian float32 values, which several models may share. */
    file: fileName,
  }),
  /** Of the model on its input, computed by the engine or by ONNX Runtime on this machine. */
  output: z.strictObject({
    name: z.string().min(1), shape: z.array(z.int().positive()).min(1).max(8), values: z.array(z.number()).min(1),
    /** Only every so many values are kept, from the first on: feature maps are long. 1 where it is missing. */
    every: z.int().positive().optional(),
    /** Largest accepted difference, relative to the largest expected value. */
    relativeTolerance: z.number().positive().max(1),
  }),
  /** Of other precisions than float32: how far the output is from the float32 network's, relative to that one's largest value. */
  float32Difference: z.number().min(0).optional(),
  /** Of int8: what activations got their ranges from. */
  calibration: z.string().min(1).optional(),
});

export const manifestSchema = z.strictObject({
  format: z.literal(manifestFormat),
  version: z.literal(manifestVersion),
  models: z.array(manifestModelSchema).min(1),
});
export type Manifest = z.infer<typeof manifestSchema>;
export type ManifestModel = z.infer<typeof manifestModelSchema>;

/** @throws InputError `invalid-json` or `invalid-manifest`, naming the field */
export function parseManifest(text: string, source: string): Manifest {
  const parsed = manifestSchema.safeParse(parseJsonText(text, source));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new InputError('invalid-manifest', `${source}: ${issue.path.join('.') || 'the manifest'}: ${issue.message}.`, { cause: parsed.error });
  }
  for (const field of ['name', 'file', 'sha256'] as const) {
    const values = parsed.data.models.map((model) => model[field]);
    const twice = values.findIndex((value, i) => values.indexOf(value) < i);
    if (twice >= 0) throw new InputError('invalid-manifest', `${source}: models.${twice}.${field}: "${values[twice]}" is there already; expected each once.`);
  }
  return parsed.data;
}

/**
 * Refuses measurements of other files than the manifest's, such as of an earlier export of the same architectures.
 * @throws InputError `wrong-model`, naming the place
 */
export function requireModelsOf({ models }: Manifest, placed: readonly PlacedMeasurement[]): void {
  const byName = new Map(models.map((model) => [model.name, model]));
  const hashes = new Set(models.map(({ sha256 }) => sha256));
  for (const { measurement: { model: { name, sha256 } }, place } of placed) {
    if (sha256 !== undefined && hashes.has(sha256)) continue;
    const meant = byName.get(name);
    throw new InputError('wrong-model', sha256 === undefined ? `${place}: model.sha256 is missing; expected that of a file of the calibration set.`
      : `${place}: model.sha256 is ${sha256}, which is no file of the calibration set`
        + (meant === undefined ? '.' : `; its "${name}" is ${meant.sha256}.`));
  }
}

/**
 * How far a set's networks are from their float32 forms, in per cent of the largest logit; undefined in float32, which has
 * nothing to differ from.
 */
export function setDifference(models: readonly Pick<ManifestModel, 'of' | 'float32Difference'>[]): { readonly medianPercent: number; readonly worstPercent: number } | undefined {
  const percents = models.flatMap(({ of, float32Difference }) => (of.kind !== 'network' || float32Difference === undefined ? [] : [100 * float32Difference])).sort((a, b) => a - b);
  return percents.length === 0 ? undefined : { medianPercent: percents[Math.floor(percents.length / 2)], worstPercent: percents[percents.length - 1] };
}
