import { z } from 'zod';
import { failureSchema } from '../protocol.ts';
import { measuringSchema } from '../../study/measuring/measuringTask.ts';
import { count, nothing, path, time } from './common.ts';
import { logLine } from './jobs.ts';

/** How many rounds had been run when it happened, in all and whether they count or not. */
const rounds = count;
const condition = z.object({
  temperatureC: z.number().optional(), processorTemperatureC: z.number().optional(), batteryPercent: z.number().optional(), isCharging: z.boolean().optional(),
});

/** How a session of measuring stands, whoever measures it. */
export const measuringState = z.object({
  /** ISO 8601 times of its beginning, and of the last that was measured. */
  startedAt: time, lastAt: time.nullable(),
  /** The device, runtime and setting in words. */
  target: z.string(),
  models: count, done: count, total: count,
  rounds: z.object({ perModel: count, maxDrift: z.number(), maxSpread: z.number(), coolDownSeconds: z.number(), maxTemperatureC: z.number() }),
  /** Whether the reference model took the same time twice, so that models are measured. */
  isStarted: z.boolean(), isFinished: z.boolean(),
  /** How often it went on after it had been ended. */
  resumed: count,
  /** The reference model's time relative to the start of the session. */
  references: z.array(z.object({ rounds, ratio: z.number(), isSteady: z.boolean() })),
  conditions: z.array(condition.extend({ rounds })),
  /** Rounds that do not count: the device had changed by such a share, or the model's rounds were so far apart. */
  rejected: z.array(z.object({ rounds, why: z.enum(['drift', 'spread']), share: z.number(), models: z.array(z.string()) })),
  pauses: z.array(z.object({ rounds, seconds: z.number(), why: z.enum(['drift', 'warmth']) })),
  /** Models that the device cannot run, or computes wrongly. */
  failures: z.array(z.object({ model: z.string(), code: z.string(), message: z.string() })),
});

const ofSession = { input: z.object({ session: path }), output: nothing } as const;

export const measuringMethods = {
  /** Measures files in a session that a folder keeps, or goes on with the one that is there. Its job is among `jobs`. */
  'measuring.start': { input: measuringSchema.extend({ title: z.string().min(1).optional() }), output: z.object({ session: path }) },
  'measuring.pause': ofSession,
  'measuring.unpause': ofSession,
  /** Ends it at once; it can go on later. */
  'measuring.stop': ofSession,
  /** What the adb server of this machine sees; null and a reason without one. */
  'measuring.phones': {
    input: nothing,
    output: z.object({
      phones: z.array(z.object({
        serial: z.string(), state: z.string(), model: z.string().nullable(),
        /** What the person has to do before it can be used; null when it can. */
        remedy: z.string().nullable(),
        /** What it says of itself; null where it cannot be asked. */
        facts: z.object({ device: z.string(), systemOnChip: z.string().nullable(), operatingSystem: z.string(), processors: count, condition }).nullable(),
      })).nullable(),
      failure: failureSchema.nullable(),
    }),
  },
} as const;

export const measuringTopics = {
  /** A session as it goes on; every payload is the whole state, null before the first entry. */
  'measuring.session': {
    params: z.object({ session: path }),
    payload: z.object({
      state: measuringState.nullable(),
      /** Another process measures it. */
      runsElsewhere: z.boolean(),
      /** What its job has said since the core was started, the newest last. */
      log: z.array(logLine),
    }),
  },
} as const;
