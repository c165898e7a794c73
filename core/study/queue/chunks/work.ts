import { z } from 'zod';
import type { Augmentation } from '../../../data/augment.ts';
import { proxyIds } from '../../../scoring/catalogue.ts';

const count = z.int().min(1);
/** SHA-256 of bytes that are kept apart: see `blobs/`. */
const blob = z.string().regex(/^[0-9a-f]{64}$/);

/** Engine and threads are told, because other threads may sum in another order. */
const engineSchema = z.strictObject({ id: z.enum(['ort', 'tensorflow', 'webgpu', 'js']), threads: count.max(1024) });

/** A scoring plan, its images by their hash. Weights are drawn from its seeds wherever it is followed. */
const scoreSchema = z.strictObject({
  kind: z.literal('score'),
  plan: z.strictObject({
    space: z.string(),
    classes: count.optional(),
    resolution: count.optional(),
    proxies: z.array(z.enum(proxyIds)).min(1),
    seeds: z.array(z.union([z.int(), z.string()])).min(1),
    weights: z.enum(['supernet', 'fresh']).optional(),
    input: z.strictObject({ kind: z.enum(['ones', 'gaussian']).optional(), batch: count.optional() }).optional(),
  }),
  images: z.strictObject({ blob, count, size: count, classes: z.int().min(0) }).optional(),
  /** Absent where no network is run. */
  engine: engineSchema.optional(),
});

const channels = z.tuple([z.number(), z.number(), z.number()]);

/** Accuracy with what a trained supernet's subnets inherit. */
const evaluateSchema = z.strictObject({
  kind: z.literal('evaluate'),
  space: z.string(),
  classes: count,
  /** The supernet's numbers. */
  weights: blob,
  images: z.strictObject({ blob, imageSize: count, validation: count }),
  seed: z.int(),
  batchSize: count,
  calibrationBatches: z.int().min(0),
  normalisation: z.strictObject({ mean: channels, std: channels }),
  augmentation: z.custom<Augmentation>((value) => typeof value === 'object' && value !== null && 'flip' in value && 'crop' in value),
  engine: engineSchema,
});

/** Everything that decides results besides the architectures: plain data, in which large things are named by their hashes. */
export const workSchema = z.discriminatedUnion('kind', [scoreSchema, evaluateSchema]);
export type Work = z.output<typeof workSchema>;
export type ScoreWork = Extract<Work, { kind: 'score' }>;
export type EvaluateWork = Extract<Work, { kind: 'evaluate' }>;

export const spaceOf = (work: Work): string => (work.kind === 'score' ? work.plan.space : work.space);

/** The bytes that work needs besides itself. */
export function blobsOf(work: Work): string[] {
  return work.kind === 'score' ? (work.images ? [work.images.blob] : []) : [work.weights, work.images.blob];
}

/** In three words, for logs. */
export function workTitle(work: Work): string {
  return work.kind === 'score' ? `${work.plan.proxies.join(', ')} on ${spaceOf(work)}` : `accuracy on ${spaceOf(work)}`;
}
