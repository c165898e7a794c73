import { z } from 'zod';
import { eventSchema } from '../../study/eventTypes.ts';
import { trainingResultSchema } from '../../study/networkTraining/trainingResult.ts';
import { accuracy, bytes, count, nothing, path, problem, time } from './common.ts';

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

const ofTraining = { input: z.object({ training }), output: nothing } as const;

export const trainingMethods = {
  'trainings.list': { input: nothing, output: z.array(trainingRow) },
  'trainings.get': { input: z.object({ training }), output: z.object({ row: trainingRow, text: z.string(), result: trainingResultSchema.nullable() }) },
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
