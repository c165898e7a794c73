import { z } from 'zod';
import { quantisationSchema } from '../../study/quantisationLimits.ts';
import { accuracyChange, arch, count, latency, nothing, path, precision, studyId } from './common.ts';

const featureShape = z.object({ channels: count, height: count, width: count, extraTokens: count.optional() });

const block = z.object({
  name: z.string(), type: z.string(),
  /** Blocks of one stage are drawn together. */
  stage: z.string(),
  input: featureShape, output: featureShape, params: z.number(), macs: z.number(),
  /** What was chosen for it, for people: "3x3", "4 heads of 16". */
  choices: z.array(z.object({ name: z.string(), value: z.string() })),
  /** By device. */
  latencyMs: z.record(z.string(), z.number()),
  /** Devices on which nothing like it was measured. */
  outsideOf: z.array(z.string()),
});

export const architectureDetail = z.object({
  space: z.string(), id: z.string(), key: z.string(),
  /** The name under which the space publishes it. */
  name: z.string().nullable(),
  arch, resolution: count, classes: count, params: z.number(), macs: z.number(),
  latencies: z.array(latency.extend({ outOfRange: z.array(z.string()) })),
  blocks: z.array(block),
  /** The choices as they go into a command line. */
  json: z.string(),
});

export const architectureMethods = {
  'spaces.list': {
    input: nothing,
    output: z.array(z.object({
      id: z.string(), title: z.string(), size: z.string(), resolutions: z.array(count), networks: z.array(z.string()), defaultClasses: count,
    })),
  },
  'architectures.describe': {
    input: z.object({
      space: z.string(),
      /** A genotype, or the text of one, or a published name. */
      arch,
      classes: z.int().min(1).optional(), resolution: z.int().min(1).optional(),
      /** Names or files of device models. */
      devices: z.array(z.string()),
      /** Whose devices are known by the names that its row has for them, wherever their files lie. */
      study: studyId.optional(),
    }),
    output: architectureDetail,
  },
  /** Writes an ONNX file with the weights that the study's supernet has learned, or untrained ones where it trains nothing, and checks it in ONNX Runtime. */
  'architectures.export': {
    input: z.object({
      study: studyId, arch, out: path, batch: z.union([z.literal('dynamic'), z.int().min(1).max(64)]), precision: precision.default('float32'),
      /** For int8, whose ranges come from the study's images. */
      quantisation: quantisationSchema.optional(),
    }),
    progress: z.object({ fraction: z.number(), words: z.string() }),
    output: z.object({
      path, sizeBytes: count, opset: count, maxAbsDiff: z.number(), relativeDiff: z.number(), classes: count, resolution: count,
      nodes: z.object({ written: count, optimised: count }), precision,
      /** Of int8: what activations got their ranges from. */
      calibration: z.object({ images: count, source: z.string(), ranges: z.string() }).optional(),
      /** Of other precisions than float32, with trained weights. */
      accuracy: accuracyChange.optional(),
      /** Of the file itself in ONNX Runtime, with trained weights. */
      validated: z.object({ images: count, accuracy: z.number() }).optional(),
    }),
  },
  /** Writes a PyTorch program with such weights, in a folder that is new or empty; `out` is relative to the study's folder. */
  'architectures.handOff': {
    input: z.object({ study: studyId, arch, out: path }),
    progress: z.object({ fraction: z.number(), words: z.string() }),
    output: z.object({ path, files: z.array(z.string()), resolution: count, classes: count, recipe: z.string() }),
  },
} as const;
