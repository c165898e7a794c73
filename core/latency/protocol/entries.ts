import { z } from 'zod';
import { blockTimesSchema, conditionSchema, roundSchema, sha256Schema, targetSchema } from '../measurements/record.ts';
import { protocolSettingsSchema } from './settings.ts';

const medianMs = z.number().positive();

/** What happens in a session, in the order it happens. A session is what its entries say, so that it can go on after any of them. */
export const entrySchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('session'), id: z.string().min(1), startedAt: z.iso.datetime(), seed: z.int().min(0),
    target: targetSchema.omit({ precision: true }), settings: protocolSettingsSchema,
    /** SHA-256 of the models, in the order of their set. */
    models: z.array(sha256Schema).min(1), reference: sha256Schema.optional(),
  }),
  /** The program was ended and started again: what the device did meanwhile is not known. */
  z.strictObject({ type: z.literal('resumed'), at: z.iso.datetime() }),
  z.strictObject({ type: z.literal('reference'), at: z.iso.datetime().optional(), medianMs, condition: conditionSchema }),
  z.strictObject({
    type: z.literal('round'), model: sha256Schema, round: roundSchema,
    outputs: z.strictObject({ maxAbsDiff: z.number().min(0), relativeDiff: z.number().min(0) }).optional(),
  }),
  /** The device cannot run this model, or computes something else: it is left out from here on. */
  z.strictObject({ type: z.literal('failed'), model: sha256Schema, code: z.string(), message: z.string() }),
  /** Without times where the device or the file does not tell them. */
  z.strictObject({ type: z.literal('profile'), model: sha256Schema, blockTimes: blockTimesSchema.optional() }),
  z.strictObject({ type: z.literal('pause'), seconds: z.number().min(0), condition: conditionSchema }),
]);
export type SessionEntry = z.output<typeof entrySchema>;
export type SessionStart = Extract<SessionEntry, { type: 'session' }>;
export type FailedEntry = Extract<SessionEntry, { type: 'failed' }>;
export type RoundEntry = Extract<SessionEntry, { type: 'round' }>;
