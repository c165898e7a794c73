import { z } from 'zod';
import { precisions } from '../../graph/onnx/precision.ts';

export const count = z.int().min(0);
/** A fraction of correct answers, 0 to 1. */
export const accuracy = z.number();
/** Of a file's weights and calculations. */
export const precision = z.enum(precisions);
/** What another precision than float32 does to a network's answers on validation images: shares of right ones before and after, and of those that stay. */
export const accuracyChange = z.object({ images: count, float32: accuracy, written: accuracy, agreement: accuracy });
/** Of a study's objective: its number, or its negative where lower numbers are better, so that larger is always better. */
export const value = z.number();
/** What a study makes large beside keeping latencies small. */
export const objective = z.object({
  id: z.string(), title: z.string(), kind: z.enum(['accuracy', 'score']), direction: z.enum(['higher', 'lower']),
});
/** Stable name of a study in this library. */
export const studyId = z.string().min(1);
/** A genotype in its space's JSON form. */
export const arch = z.unknown();
/** ISO 8601. */
export const time = z.string();
/** Absolute, on the machine where the core runs. */
export const path = z.string().min(1);
/** A refit that knows all that a device model knows, and more. */
export const newerModel = z.object({ name: z.string(), title: z.string(), path });
export const problem = z.object({ code: z.string(), message: z.string() });
export const nothing = z.object({});

export const float32 = z.custom<Float32Array>((value) => value instanceof Float32Array, 'expected a Float32Array');
export const float64 = z.custom<Float64Array>((value) => value instanceof Float64Array, 'expected a Float64Array');
export const uint32 = z.custom<Uint32Array>((value) => value instanceof Uint32Array, 'expected a Uint32Array');
export const bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array, 'expected a Uint8Array');

const range = z.object({ min: z.number(), max: z.number() });
/** A quantity over a space: its extremes, and quantiles (0, 5, ..., 100 %) of sampled architectures. */
export const spread = range.extend({ quantiles: z.array(z.number()).optional() });

export const latency = z.object({ device: z.string(), latencyMs: z.number(), lowMs: z.number(), highMs: z.number() });
