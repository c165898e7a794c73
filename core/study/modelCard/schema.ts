import { z } from 'zod';
import { precisions } from '../../graph/onnx/precision.ts';
import { sha256Schema } from '../../latency/measurements/record.ts';
import { accuracyChangeSchema } from '../accuracyChangeSchema.ts';

/** Name of the form in which a card's facts lie beside a model, and its version. */
export const modelCardFormat = 'pocketformer-model-card';
export const modelCardVersion = 1;

const count = z.int().min(0);
const share = z.number().min(0).max(1);
const three = z.tuple([z.number(), z.number(), z.number()]).readonly();
/** Numbers are fixed sizes, texts name free ones. */
const shape = z.array(z.union([z.int(), z.string()]));

const fileSchema = z.object({
  name: z.string(), sha256: sha256Schema, sizeBytes: count,
  format: z.enum(['onnx', 'safetensors']),
  /** Of weights and calculations. */
  precision: z.enum(precisions),
  /** Of ONNX files. */
  opset: z.int().optional(),
  /** Of int8: how activations were given their ranges. */
  calibration: z.object({ images: count, source: z.string(), ranges: z.string() }).optional(),
});

/** Equal blocks that follow each other, as one row. */
const rowSchema = z.object({
  stage: z.string(), type: z.string(), repeats: z.int().min(1),
  /** Of the output. */
  channels: count, height: count, width: count, extraTokens: count,
  /** Of attention. */
  heads: z.int().nullable(),
  /** What else was chosen, in words. */
  choices: z.string(),
});
export type BlockRow = z.output<typeof rowSchema>;

const networkSchema = z.object({
  space: z.string(),
  /** In the space's JSON form, and the space's key of it. */
  architecture: z.unknown(), key: z.string(),
  id: z.string(),
  /** Name under which the space publishes it. */
  published: z.string().nullable(),
  /** Of the classifier; a backbone's images have a size of their own. */
  resolution: z.int(),
  /** Null of backbones. */
  classes: z.int().nullable(),
  params: count, macs: count,
  blocks: z.array(rowSchema),
});

const inputSchema = z.object({
  name: z.string(), shape, type: z.literal('float32'), channels: z.literal('R, G, B'),
  /** (value / 255 - mean) / std; null where it is not known. */
  normalisation: z.object({ mean: three, std: three }).nullable(),
  /** How files of images became squares in training; null where it is not known. */
  preparation: z.string().nullable(),
});

/** Of files that give the stages' maps and no classes. */
const backboneSchema = z.object({
  imageSize: z.object({ height: count, width: count }),
  /** Zeros that the file itself adds to the image. */
  padding: z.object({ bottom: count, right: count }),
  /** What comes out, float32, by stride. */
  maps: z.array(z.object({ name: z.string(), stride: count, shape })),
});

const dataSchema = z.object({
  /** For people. */
  source: z.string(),
  /** Of classes, pixels, labels and split. */
  id: z.string(),
  trainImages: count, valImages: count, imageSize: z.int(),
  split: z.string(),
});

const recipeSchema = z.object({
  /** Of trainings: the published recipe under what the file says. */
  preset: z.object({ name: z.string(), title: z.string() }).nullable(),
  epochs: z.number().nullable(), steps: count.nullable(), batchSize: z.int().nullable(),
  seed: z.int(),
  /** Settings by name that are other than the preset's or, without one, than Pocketformer's own. */
  changed: z.record(z.string(), z.json()),
});

const accuracySchema = z.object({
  top1: share, low: share, high: share, images: z.int().min(1),
  /** What answered which images: completes "of". */
  of: z.string(),
  top5: share.optional(),
  /** Of other precisions than float32. */
  comparison: accuracyChangeSchema.optional(),
  /** Of the same training with other seeds. */
  seeds: z.array(z.object({
    seed: z.int(), top1: share,
    /** Whether it was trained and validated on the same images; a seed may also paint or split them. */
    sameImages: z.boolean(),
  })),
});

const setting = { runtime: z.string(), threads: z.int(), precision: z.string() };
const latencySchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('predicted'), device: z.string(), title: z.string(), ...setting, processor: z.string(),
    latencyMs: z.number(), lowMs: z.number(), highMs: z.number(),
    /** Of the interval. */
    coverage: share,
    /** Of the device model (latency/modelHash.ts), and how it stood when the card was written. */
    model: z.string(), state: z.object({ verdict: z.string(), text: z.string() }),
    /** What of the network was never measured there. */
    outside: z.array(z.string()),
  }),
  z.object({
    kind: z.literal('measured'), device: z.string(), title: z.string(), ...setting, provider: z.string(),
    latencyMs: z.number(), spread: z.number().nullable(),
    /** ISO 8601; null where it was not told. */
    date: z.string().nullable(),
    rounds: count.nullable(), runs: count.nullable(),
    /** What is doubtful, in words. */
    flags: z.array(z.string()),
  }),
  z.object({ kind: z.literal('unknown'), device: z.string(), title: z.string(), reason: z.string() }),
]);
export type CardLatency = z.output<typeof latencySchema>;

export const modelCardSchema = z.object({
  format: z.literal(modelCardFormat), version: z.literal(modelCardVersion),
  name: z.string(),
  /** ISO 8601. */
  written: z.string(),
  file: fileSchema, network: networkSchema, input: inputSchema,
  /** Null of backbones. */
  output: z.object({ name: z.string(), shape, meaning: z.string() }).nullable(),
  backbone: backboneSchema.optional(),
  /** In the order of the outputs; null where they have no names. */
  classNames: z.array(z.string()).nullable(),
  weights: z.object({ origin: z.enum(['untrained', 'inherited', 'trained', 'given']), text: z.string() }),
  data: dataSchema.nullable(), recipe: recipeSchema.nullable(), accuracy: accuracySchema.nullable(),
  latencies: z.array(latencySchema),
  versions: z.object({
    pocketformer: z.string(), node: z.string(), system: z.string(),
    /** That trained or, for untrained weights, calibrated. */
    engine: z.string().nullable(), onnxRuntime: z.string().nullable(),
  }),
  reproduce: z.object({ commands: z.array(z.string()), files: z.array(z.object({ name: z.string(), text: z.string() })), note: z.string().nullable() }),
  /** What follows from the above about what the model cannot be taken for, in sentences (limits.ts). */
  limits: z.array(z.string()),
  /** What where it comes from adds to that. */
  remarks: z.array(z.string()),
});
export type ModelCard = z.output<typeof modelCardSchema>;
