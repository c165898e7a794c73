import { z } from 'zod';
import { InputError, messageOf } from '../base/errors.ts';
import { latencyKinds, termNames } from './features.ts';
import { measurementSchema, sha256Schema, targetSchema } from './measurements/record.ts';

/**
 * A device model: how long blocks take on one phone in one way of running them, as a file. Models shipped with the
 * program and models calibrated by users have the same form.
 */
export const deviceModelFormat = 'pocketformer-device-model';
export const deviceModelVersion = 2;
/** Version 2 added what calibrations need: `transferred` and `gridFactors` of kinds, `target`, and a few figures. */
const readableVersions = [1, 2] as const;

const positive = z.number().positive();
const percent = z.number().min(0).max(100);

const treeSchema = z.strictObject({
  feature: z.array(z.int().min(-1)),
  threshold: z.array(z.number()),
  leaf: z.array(z.number()),
}).refine(({ feature, threshold, leaf }) => feature.length === threshold.length && leaf.length === feature.length + 1
  && Number.isInteger(Math.log2(leaf.length)), 'a tree of depth d has 2^d - 1 features and thresholds and 2^d leaves');

const correctionSchema = z.strictObject({
  features: z.array(z.string()),
  trees: z.array(treeSchema),
}).refine(({ features, trees }) => trees.every(({ feature }) => feature.every((column) => column < features.length)),
  'a tree looks at a feature that is not listed');

const rooflineSchema = z.partialRecord(z.enum(termNames), positive);

const part = {
  /** ms per million MACs or elements, per megabyte, or per block (features.ts). */
  roofline: rooflineSchema,
  /** Trees on the logarithm of what the roofline is multiplied by. */
  correction: correctionSchema.optional(),
  /** What it is multiplied by on square maps of this width; 1 for others. */
  gridFactors: z.record(z.string(), positive).optional(),
};

const kindSchema = z.strictObject({
  /** How many measured blocks it was fitted to, alone or in networks. */
  measuredBlocks: z.int().min(0),
  ...part,
  /** Added to the above: models of other devices, with coefficients fitted to this one. */
  transferred: z.array(z.strictObject({ from: z.string(), ...part })).optional(),
  /** Smallest and largest measured value by feature (ranges.ts). */
  ranges: z.record(z.string(), z.tuple([z.number(), z.number()])),
  extrapolation: z.strictObject({ keepsCorrection: z.boolean(), logErrorPerOctave: positive }),
});

const errorsSchema = z.strictObject({
  count: z.int().positive(),
  mapePercent: z.number(),
  rmspePercent: z.number(),
  biasPercent: z.number(),
  worstPercent: z.number(),
  withinPercent: z.strictObject({ 1: percent, 3: percent, 5: percent, 10: percent }),
  kendallTau: z.number().nullable(),
  spearmanRho: z.number().nullable().optional(),
});

const evaluationSchema = z.strictObject({
  /** What was predicted, by what, and what had been held out. */
  title: z.string(),
  errors: errorsSchema,
});

const heldOutSchema = z.strictObject({
  /** What the architectures are, and what of them had been held out. */
  title: z.string(),
  /** Measured and predicted latency of each, in ms. */
  pairs: z.array(z.tuple([positive, positive])).min(1),
});

/** Measurements of one session that a fit knows: what it must not be checked with, and what tells whether the device is still as it was. */
const evidenceSchema = z.strictObject({
  way: measurementSchema.shape.way,
  /** None for imports, which do not tell. */
  session: measurementSchema.shape.session,
  networks: z.int().min(0),
  /** Blocks, alone or several. */
  parts: z.int().min(0),
  measuredOn: z.string().optional(),
  reference: measurementSchema.shape.reference,
  /** Of the earlier model through which alone the fit knows them (modelHash.ts). */
  throughModel: sha256Schema.optional(),
});

export const deviceModelSchema = z.strictObject({
  format: z.literal(deviceModelFormat),
  version: z.literal(readableVersions),
  name: z.string().regex(/^[a-z0-9][a-z0-9._-]*$/, 'lower-case letters, digits, ".", "_" and "-"'),
  device: z.strictObject({ title: z.string(), systemOnChip: z.string().optional() }),
  runtime: z.strictObject({
    name: z.string(), processor: z.string(), precision: z.string(), threads: z.int().positive(), notes: z.string(),
  }),
  measurements: z.strictObject({
    source: z.string(), licence: z.string(), blocks: z.int().min(0), networks: z.int().min(0), notes: z.string(),
    /** Time that the measured runs took on the device. */
    minutes: z.number().min(0).optional(),
    /** Year, month or day (ISO 8601) of the measurements or, where no more is known, of their publication. */
    measuredOn: z.string().regex(/^\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?$/, 'YYYY, YYYY-MM or YYYY-MM-DD').optional(),
    /** Of calibrations: all that the fit knows, by session. */
    evidence: z.array(evidenceSchema).optional(),
  }),
  /** Of calibrations: the device, runtime and settings that were measured, field by field. */
  target: targetSchema.optional(),
  /** What the predictions may and may not be taken for, in sentences. */
  speaksFor: z.array(z.string()),
  fit: z.strictObject({ command: z.string(), seed: z.string(), method: z.string() }),
  /** Error reports on held-out data, the main one first. */
  evaluations: z.array(evaluationSchema),
  /** The same networks predicted by simpler means, for comparison. */
  baselines: z.array(evaluationSchema),
  /** Some whole architectures as a picture of the errors to expect: predicted without having been fitted to. */
  heldOut: heldOutSchema.optional(),
  /** Half-width, for the logarithm of a network's latency, of an interval with the given coverage. */
  interval: z.strictObject({
    coverage: z.number().gt(0).lt(1), logHalfWidth: positive, networks: z.int().positive(), method: z.string(),
    /** Share of further held-out networks that fell inside. */
    observedCoverage: z.number().min(0).max(1),
  }),
  /** latency = biasMs + scale x sum over blocks. */
  network: z.strictObject({ scale: positive, biasMs: z.number().min(0) }),
  kinds: z.partialRecord(z.enum(latencyKinds), kindSchema),
  /** One roofline for all measured blocks together: the last resort for kinds that were not measured. */
  fallback: rooflineSchema,
});

export type DeviceModel = z.infer<typeof deviceModelSchema>;
export type KindEntry = z.infer<typeof kindSchema>;
export type Evidence = z.infer<typeof evidenceSchema>;
export type Evaluation = z.infer<typeof evaluationSchema>;

/**
 * Reads a device model from the text of its file.
 * @param source what to call the file in messages.
 * @throws InputError `newer-device-model` when a later version of the program wrote it, `invalid-device-model`
 *   otherwise, with the first thing that is wrong.
 */
export function parseDeviceModel(text: string, source: string): DeviceModel {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new InputError('invalid-device-model', `${source} is not JSON: ${messageOf(error)}`, { cause: error });
  }
  const head = z.object({ format: z.literal(deviceModelFormat), version: z.number() }).safeParse(json);
  if (!head.success) {
    throw new InputError('invalid-device-model',
      `${source} is not a device model: expected "format": "${deviceModelFormat}" and a "version".`);
  }
  if (head.data.version > deviceModelVersion) {
    throw new InputError('newer-device-model',
      `${source} is a device model of version ${head.data.version}, made by a newer Pocketformer; ` +
      `this one reads version ${deviceModelVersion}.`);
  }
  const parsed = deviceModelSchema.safeParse(json);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const more = parsed.error.issues.length - 1;
    throw new InputError('invalid-device-model',
      `${source} is not a valid device model: at ${issue.path.join('.') || 'the top'}: ${issue.message}` +
      (more > 0 ? ` (and ${more} more)` : ''), { cause: parsed.error });
  }
  return parsed.data;
}
