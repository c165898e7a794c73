import { z } from 'zod';
import { count, newerModel, nothing, path, studyId } from './common.ts';

export const verdicts = ['fits', 'biased', 'stale', 'untested'] as const;

/** Whether a device model can still be relied on, by what was measured after it had predicted it. */
export const modelState = z.object({ verdict: z.enum(verdicts), text: z.string() });

const measuredRow = z.object({
  /** As in the fronts. */
  id: z.string(), key: z.string(),
  predictedMs: z.number(), lowMs: z.number(), highMs: z.number(), measuredMs: z.number(),
  /** Of the prediction, relative to the measurement. */
  errorPercent: z.number(), isInside: z.boolean(),
  /** Its rounds disagree: it tells nothing about the model. */
  isDoubtful: z.boolean(),
});

export const measuredDevice = z.object({
  device: z.string(),
  /** Of its model's file; null for models that ship. */
  path: path.nullable(),
  /** Measurements of its own target, by whichever study, that the model does not know: a refit would. */
  fresh: count,
  newer: newerModel.nullable(),
  /** The latencies of the search are of another model than the device's present one. */
  isChanged: z.boolean(),
  /** Why what was measured cannot be read. */
  problem: z.string().nullable(),
  /** Why its best cannot be measured from here. */
  obstacle: z.string().nullable(),
  /** Of the device's model, in whichever study it was put to the test. */
  state: modelState,
  /** Each by itself: devices, runtimes and settings are never mixed. */
  targets: z.array(z.object({
    title: z.string(),
    /** The device model speaks for it. */
    isOwn: z.boolean(),
    verdict: z.enum(verdicts).nullable(), text: z.string(), rows: z.array(measuredRow),
  })),
});

export const measuredMethods = {
  /** What a study has measured of its fronts' best beside what was predicted; all its devices, in their order. */
  'measured.get': { input: z.object({ study: studyId }), output: z.object({ devices: z.array(measuredDevice) }) },
  /** Measures the best of a device's front in the way in which its model was measured, or goes on with that. Its job is among `jobs`. */
  'measured.start': { input: z.object({ study: studyId, device: z.string(), count: count.min(1).max(1000).optional() }), output: nothing },
  /** What was measured is kept, and can go on. */
  'measured.stop': { input: z.object({ study: studyId, device: z.string() }), output: nothing },
} as const;
