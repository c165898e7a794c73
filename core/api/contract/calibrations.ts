import { z } from 'zod';
import { parseProcessors, processorsExpected } from '../../latency/measurements/processors.ts';
import { importedTargetSchema, partSchema, setImagesSchema } from '../../study/devices/calibrationFile.ts';
import { toldSchema, waySchema } from '../../study/measuring/measuringTask.ts';
import { count, nothing, path, precision, problem, time } from './common.ts';

const name = z.string().min(1);

/** As numbers, or as people write them: "4-7". */
const processorList = z.union([z.array(z.int().min(0)).min(1), z.string().transform((text, context) => {
  const processors = parseProcessors(text);
  if (processors !== undefined) return processors;
  context.addIssue({ code: 'custom', message: `expected ${processorsExpected}` });
  return z.NEVER;
})]);

/** How long is measured; see docs/methods.md for what the protocol asks for. */
const lengths = z.object({
  rounds: z.int().min(1).max(100), runs: z.int().min(1).max(100_000), seconds: z.number().positive().max(3600),
  maxDrift: z.number().positive().max(100), coolDownSeconds: z.number().min(0).max(3600),
});

/** A device of one's own, calibrated or on the way there. */
export const calibration = z.object({
  name, directory: path, title: z.string(),
  /** Null when the folder holds a model alone, or cannot be read. */
  setup: z.object({
    created: time, space: z.string(), classes: count, way: z.enum(['host', 'adb', 'browser', 'import']),
    /** Where it is measured, in words. */
    where: z.string(),
    threads: count, precision, from: z.array(z.string()), lengths: lengths.nullable(),
  }).nullable(),
  /** Sets of models, and how far each is measured, in rounds; null before that has begun. */
  parts: z.array(z.object({
    networks: count, probes: count, isExported: z.boolean(), session: path,
    /** What the precision does to its networks' logits, in per cent of the largest; null in float32, and before it is exported. */
    difference: z.object({ medianPercent: z.number(), worstPercent: z.number() }).nullable(),
    /** Of int8: what activations got their ranges from. */
    ranges: z.string().nullable(),
    measured: z.object({ done: count, total: count, isFinished: z.boolean() }).nullable(),
  })),
  /** Path of the model, when it has been fitted. */
  model: path.nullable(),
  /** Paths of that and of its refits, the earliest first. */
  models: z.array(path),
  /** Something was measured after the latest of them. */
  isStale: z.boolean(),
  /** Another process, such as a command in a terminal, works on it. */
  runsElsewhere: z.boolean(),
  problem: problem.nullable(),
  /** What does the same in a terminal, from the folder of the devices; the next step first. */
  commands: z.array(z.string()),
});

const ofCalibration = { input: z.object({ calibration: name }), output: nothing } as const;

export const calibrationMethods = {
  'calibrations.list': { input: nothing, output: z.array(calibration) },
  /** Makes a device in the library, and begins with it. */
  'calibrations.create': {
    input: z.object({
      title: name, space: z.string(), classes: z.int().min(1).optional(), from: z.array(z.string()).default([]), seed: z.int().min(0).default(1),
      source: z.discriminatedUnion('kind', [
        z.object({
          kind: z.literal('measure'), on: waySchema, told: toldSchema.optional(), threads: z.int().min(1).max(1024), processors: processorList.optional(), lengths, part: partSchema,
          /** Of the files; images are what int8 takes the ranges of activations from, in place of random numbers. */
          precision: precision.default('float32'), images: setImagesSchema.optional(),
        }),
        /** What others measured: a file or folder, and the models, where it names none. */
        z.object({ kind: z.literal('import'), path, models: path.optional(), target: importedTargetSchema }),
      ]),
    }),
    output: z.object({ calibration: name }),
  },
  /** Does what is left, or fits what has been measured so far, in place of the model that is there. Its job is among `jobs`. */
  'calibrations.start': { input: z.object({ calibration: name, only: z.literal('fit').optional() }), output: nothing },
  /** Adds a set of further models, and measures it; the model stays until it is refitted (`devices.refit`). */
  'calibrations.extend': { input: z.object({ calibration: name, part: partSchema }), output: nothing },
  'calibrations.pause': ofCalibration,
  'calibrations.unpause': ofCalibration,
  'calibrations.stop': ofCalibration,
  /** Deletes it with all that was measured, for good. */
  'calibrations.delete': ofCalibration,
  /** How long measuring takes at least. */
  'calibrations.estimate': { input: z.object({ part: partSchema, lengths }), output: z.object({ minutes: z.number() }) },
} as const;

export const calibrationTopics = {
  /** Every payload is the whole list. */
  calibrations: { params: nothing, payload: z.object({ calibrations: z.array(calibration) }) },
} as const;
