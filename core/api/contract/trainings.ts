import { z } from 'zod';
import { eventSchema } from '../../study/eventTypes.ts';
import { trainingResultSchema } from '../../study/networkTraining/trainingResult.ts';
import { accuracy, bytes, count, latency, nothing, path, problem, time } from './common.ts';
import { draftText, template } from './drafts.ts';

/** Name of a training's folder in the library. */
const training = z.string().min(1);

/** The training of one network. */
export const trainingRow = z.object({
  training, directory: path, name: z.string(), space: z.string().nullable(),
  status: z.enum(['created', 'running', 'interrupted', 'failed', 'finished']),
  created: time.or(z.literal('')),
  /** On the validation images; null before it is finished. */
  found: z.object({ accuracy, macs: count, params: count }).nullable(),
  /** Another process, such as a command in a terminal, has it. */
  runsElsewhere: z.boolean(),
  /** Why it cannot be read. */
  problem: problem.nullable(),
});

/** Of images that a recipe works on, and for how long; null while they cannot be looked at. */
export const scheduleEstimate = z.object({
  images: z.object({ train: count, val: count, stepsPerEpoch: count, steps: count }).nullable(),
  /** Passes over the images, cool-down included. */
  epochs: z.number(),
});

const ofTraining = { input: z.object({ training }), output: nothing } as const;

export const trainingMethods = {
  'trainings.list': { input: nothing, output: z.array(trainingRow) },
  'trainings.get': { input: z.object({ training }), output: z.object({ row: trainingRow, text: z.string(), baseDir: path, result: trainingResultSchema.nullable() }) },
  'trainings.templates': { input: nothing, output: z.array(template) },
  /** Makes a training in the library. */
  'trainings.create': { input: draftText.extend({ start: z.boolean() }), output: z.object({ training }) },
  /** What a training would cost, without reading images or weights. */
  'trainings.estimate': {
    input: draftText,
    output: scheduleEstimate.extend({
      key: z.string(), name: z.string().nullable(), resolution: count, classes: count,
      /** Of one image. */
      macs: count, params: count,
      /** Those that are not frozen. */
      trainedParams: count,
      latencies: z.array(latency),
      /** More than one where the training begins with fewer tokens. */
      phases: z.array(z.object({ fromEpoch: z.number(), toEpoch: z.number(), stride: count, dilation: count, macs: count })),
      /** Share of the multiply-accumulates of a training with all tokens. */
      savedShare: z.number(),
      /** Of one forward pass of every image trained on; null while the images cannot be counted. */
      trainingMacs: z.number().nullable(),
      notes: z.array(z.string()),
    }),
  },
  /** Small pictures of the first wrongly classified images, as PNG, in the order of the result's list. */
  'trainings.wrongImages': { input: z.object({ training, most: z.int().min(1).max(200) }), output: z.array(bytes) },
  /** Begins a training, or goes on with it. Its job is among `jobs`. */
  'trainings.start': ofTraining,
  'trainings.pause': ofTraining,
  'trainings.unpause': ofTraining,
  /** Ends the job at the next safe point; the training can be resumed. */
  'trainings.stop': ofTraining,
} as const;

export const trainingTopics = {
  /** All trainings of the library; every payload is the whole list. */
  trainings: { params: nothing, payload: z.object({ trainings: z.array(trainingRow) }) },
  /** A training's history, from the beginning and then as it grows. */
  'training.events': { params: z.object({ training }), payload: z.object({ reset: z.boolean(), events: z.array(eventSchema) }) },
} as const;
