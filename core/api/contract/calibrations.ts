import { z } from 'zod';
import { importedTargetSchema, partSchema } from '../../study/devices/calibrationFile.ts';
import { toldSchema, waySchema } from '../../study/measuring/measuringTask.ts';
import { count, nothing, path, problem, time } from './common.ts';

const name = z.string().min(1);

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
    threads: count, from: z.array(z.string()), lengths: lengths.nullable(),
  }).nullable(),
  /** Sets of models, and how far each is measured, in rounds; null before that has begun. */
  parts: z.array(z.object({
    networks: count, probes: count, isExported: z.boolean(), session: path,
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
          kind: z.literal('measure'), on: waySchema, told: toldSchema.optional(), threads: z.int().min(1).max(1024), processors: z.array(z.int().min(0)).min(1).optional(), lengths, part: partSchema,
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
