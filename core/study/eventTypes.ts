import { z } from 'zod';
import { startingFactsShape } from './networkTraining/startingFacts.ts';

export const phases = ['data', 'training', 'search', 'export'] as const;
export type Phase = (typeof phases)[number];

const phase = z.enum(phases);
const count = z.int().min(0);
/** A measured number; null stands for one that was not finite, which JSON cannot hold. */
const measured = z.number().nullable();
/** A genotype in its space's JSON form. */
const arch = z.unknown();

/** What each kind of event tells, besides its number and time. Units are in the names. */
const kinds = {
  'study-started': { name: z.string(), space: z.string(), seed: z.int(), pocketformerVersion: z.string() },
  /** Work goes on from a checkpoint (or from the start): what was reported after event `afterSeq` is done again. */
  resumed: { phase, step: count, afterSeq: count },
  'phase-started': { phase, totalSteps: count.optional() },
  'phase-finished': { phase, seconds: z.number().optional() },
  step: {
    step: count,
    loss: measured,
    accuracy: measured.optional(),
    learningRate: measured,
    imagesPerSecond: measured.optional(),
    gradientNorm: measured.optional(),
    /** Further series by name, for example the loss of the smallest subnet. */
    metrics: z.record(z.string(), measured).optional(),
    /** Of the whole process. */
    memoryBytes: count.optional(),
  },
  /** What a training of one network begins with. */
  'starting-weights': {
    /** In words. */
    from: z.string(),
    ...startingFactsShape,
  },
  /** How the supernet's smallest, a middle and the largest subnet do on `images` validation images with inherited weights. */
  health: {
    step: count,
    subnets: z.array(z.object({
      name: z.enum(['smallest', 'middle', 'largest']), accuracy: measured, loss: measured.optional(), images: count, macs: count,
    })),
  },
  /** How a single network does on all validation images. */
  epoch: {
    /** Passes over the training images so far. */
    epoch: z.number().min(0),
    step: count,
    accuracy: measured,
    top5Accuracy: measured,
    loss: measured,
    images: count,
    /** Whether it is the best so far; never while the network sees fewer tokens than in the end. */
    isBest: z.boolean(),
  },
  /**
   * Cosine of the gradients of subnets of every two sizes on the weights that they share; `pairs` tells that of two subnets of
   * one bucket, any two and the best two remembered.
   */
  conflict: {
    step: count,
    macs: z.array(count),
    cosine: z.array(z.array(measured)),
    standardError: z.array(z.array(measured)).optional(),
    pairs: z.array(z.object({ macs: count, random: measured, good: measured })),
  },
  /**
   * Either `accuracy`, a fraction of the `images`, or `score`, as the study's proxy gives it; null is a score that is not
   * valid. Events are written with their fields in this order: what a picture of many
   * evaluations needs comes first, so that readers can stop at the label. The label is the space's key.
   */
  evaluation: {
    accuracy: measured.optional(),
    score: measured.optional(),
    loss: measured.optional(),
    images: count.optional(),
    macs: count.optional(),
    params: count.optional(),
    /** Predicted, by device. */
    latencyMs: z.record(z.string(), measured).optional(),
    /** Of the search: 0 is the initial population, then one for each generation. */
    batch: count.optional(),
    label: z.string().optional(),
    arch,
  },
  generation: {
    generation: count,
    /** Architectures evaluated since the search began. */
    evaluated: count,
    bestAccuracy: measured.optional(),
    fronts: z.array(z.object({ device: z.string(), size: count, hypervolume: measured })),
  },
  checkpoint: { phase, step: count, path: z.string(), sizeBytes: count },
  warning: { code: z.string(), message: z.string() },
  exported: {
    path: z.string(),
    device: z.string().optional(),
    arch,
    sizeBytes: count,
    precision: z.string().optional(),
    accuracy: measured.optional(),
    latencyMs: measured.optional(),
    maxAbsDiff: measured.optional(),
  },
  finished: { seconds: z.number().optional() },
  failed: { code: z.string(), message: z.string() },
  interrupted: { reason: z.string().optional() },
} as const;

const header = {
  /** Grows by one from event to event. */
  seq: z.int().min(1),
  time: z.iso.datetime(),
};

function event<K extends keyof typeof kinds>(kind: K) {
  return z.object({ ...header, kind: z.literal(kind), ...kinds[kind] });
}

export const eventSchema = z.discriminatedUnion('kind', [
  event('study-started'),
  event('resumed'),
  event('phase-started'),
  event('phase-finished'),
  event('starting-weights'),
  event('step'),
  event('health'),
  event('epoch'),
  event('conflict'),
  event('evaluation'),
  event('generation'),
  event('checkpoint'),
  event('warning'),
  event('exported'),
  event('finished'),
  event('failed'),
  event('interrupted'),
]);

export type StudyEvent = z.infer<typeof eventSchema>;
export type EventKind = StudyEvent['kind'];

type WithoutHeader<E> = E extends unknown ? Omit<E, keyof typeof header> : never;
/** An event before it has a number and a time. */
export type NewEvent = WithoutHeader<StudyEvent>;

/** Rare events that must survive a loss of power; the frequent ones wait for the next of these. */
export const milestoneKinds: ReadonlySet<EventKind> = new Set([
  'study-started', 'resumed', 'phase-started', 'phase-finished', 'checkpoint', 'warning', 'exported', 'finished', 'failed',
  'interrupted',
]);

/** Kinds that an interrupted job reports again after it was resumed. */
const repeatedKinds: ReadonlySet<EventKind> = new Set([
  'phase-started', 'phase-finished', 'starting-weights', 'step', 'health', 'epoch', 'conflict', 'evaluation', 'generation', 'checkpoint', 'exported',
]);

/**
 * The history without what was done again after a resume, so that every training step appears once. Warnings, failures
 * and interruptions stay: they did happen.
 */
export function effectiveEvents(events: readonly StudyEvent[]): StudyEvent[] {
  const kept: StudyEvent[] = [];
  for (const each of events) {
    if (each.kind === 'resumed') {
      const overtaken = (old: StudyEvent) => old.seq > each.afterSeq && repeatedKinds.has(old.kind);
      let from = kept.length;
      while (from > 0 && kept[from - 1].seq > each.afterSeq) from--;
      kept.push(...kept.splice(from).filter((old) => !overtaken(old)));
    }
    kept.push(each);
  }
  return kept;
}
