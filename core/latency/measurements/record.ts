import { z } from 'zod';
import { precisions, type Precision } from '../../graph/onnx/precision.ts';
import { subjectSchema } from './subject.ts';

/**
 * One measurement of one ONNX file on one device, however it was taken. A list of them is a file of JSON lines
 * (parseMeasurements.ts). What people call a block of runs is a round here, because blocks are parts of networks.
 */
export const measurementFormat = 'pocketformer-measurement';
export const measurementVersion = 1;

/** Of our own protocol (docs/methods.md); records of measurements that others took have version 0. */
export const protocolVersion = 1;

/** Nothing that a phone is asked to run takes less than a tenth of a microsecond or more than ten minutes. */
export const plausibleMs = { least: 1e-4, most: 600_000 } as const;

const milliseconds = z.number().min(plausibleMs.least).max(plausibleMs.most);
const words = z.string().min(1).max(500);
const time = z.iso.datetime();

export type { Precision };
export const precisionSchema = z.enum(precisions);

export const sha256Schema = z.string().regex(/^[0-9a-f]{64}$/, 'expected the SHA-256 of the file: 64 lower-case hexadecimal digits');

export const modelSchema = z.strictObject({
  /** What people call it; unique within a calibration set. */
  name: words,
  /** Of the measured file; absent where an import does not tell it. */
  sha256: sha256Schema.optional(),
  sizeBytes: z.int().positive().optional(),
  input: z.strictObject({ name: words, shape: z.array(z.int().positive()).min(1).max(8) }).optional(),
});

/** What must be equal for two measurements to be of one kind: only those go into one fit. */
export const targetSchema = z.strictObject({
  device: words,
  systemOnChip: words.optional(),
  operatingSystem: words.optional(),
  runtime: z.strictObject({
    name: words,
    version: words.optional(),
    /** Who built it, or how: kernels differ between builds of one version. */
    build: words.optional(),
  }),
  /** As the runtime calls it: cpu, xnnpack, qnn, wasm, webgpu. */
  provider: words,
  threads: z.int().min(1).max(1024),
  /** Processors that the runtime was bound to, ascending. */
  affinity: z.array(z.int().min(0).max(4095)).min(1).optional(),
  precision: precisionSchema,
  /** Of the runtime's graph optimiser, in its own words. */
  optimisation: words.optional(),
  /** Whether idle threads spin, which makes short waits shorter and others' work slower. */
  spinning: z.boolean().optional(),
  /** Whether the phone was told to keep its clocks where it can hold them (Android 11 and later). */
  performanceMode: z.enum(['fixed', 'default']).optional(),
});

/** How warm and how charged a device is. */
export const conditionSchema = z.strictObject({
  /** Of the battery or the skin, which tell how much heat is left to go before clocks go down. */
  temperatureC: z.number().min(-40).max(150).optional(),
  processorTemperatureC: z.number().min(-40).max(150).optional(),
  batteryPercent: z.number().min(0).max(100).optional(),
  isCharging: z.boolean().optional(),
});

export const roundSchema = z.strictObject({
  startedAt: time.optional(),
  warmUpRuns: z.int().min(0),
  /** Of one image each, in the order they were run: all runs, or a sample of them at equal distances. */
  runsMs: z.array(milliseconds).min(1).max(1_000_000),
  /** How many there were where `runsMs` is a sample. */
  timedRuns: z.int().positive().optional(),
  /** Runs in which the system gave a processor to another program; left out unless almost all were so. */
  interruptedRuns: z.int().min(0).optional(),
  before: conditionSchema.optional(),
  after: conditionSchema.optional(),
  /** Of the reference model nearest in time, relative to the start of the session: 1.03 is 3 % slower. */
  drift: z.number().positive().optional(),
});

const timingSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('runs'), rounds: z.array(roundSchema).min(1).max(1000) }),
  /** All that is known of measurements whose single runs were not kept. */
  z.strictObject({
    kind: z.literal('summary'),
    statistic: z.enum(['mean', 'median', 'published']),
    runs: z.int().positive().optional(),
    p10Ms: milliseconds.optional(), p50Ms: milliseconds.optional(), p90Ms: milliseconds.optional(), p99Ms: milliseconds.optional(),
    leastMs: milliseconds.optional(), mostMs: milliseconds.optional(), deviationMs: z.number().min(0).max(plausibleMs.most).optional(),
  }),
]);

/** Where the time of a run goes, from a profile: shares count, because profiling adds overhead (latency.md, section 1). */
export const blockTimesSchema = z.strictObject({
  source: words,
  runs: z.int().positive(),
  /** By the blocks' names, in the order of the network. */
  blocks: z.array(z.strictObject({ name: words, ms: z.number().min(0).max(plausibleMs.most) })).min(1),
  /** Of kernels that belong to no block, such as changes of layout. */
  unattributedMs: z.number().min(0).max(plausibleMs.most),
});

/** What is doubtful about a measurement; one without flags was accepted by the protocol. */
export const flags = {
  'rounds-disagree': 'the medians of its rounds lie more than 3 % apart, also after measuring again',
  'few-runs': 'fewer runs than the protocol asks for',
  profiled: 'taken with a profiler, which adds time: only the shares of its blocks count',
  'summary-only': 'single runs are not known',
  'unverified-output': 'what the model computed was not compared with anything',
} as const;
export type Flag = keyof typeof flags;

export const measurementSchema = z.strictObject({
  format: z.literal(measurementFormat),
  version: z.literal(measurementVersion),
  model: modelSchema,
  /** Which architecture or block the file is of. */
  of: subjectSchema,
  target: targetSchema,
  way: z.enum(['host', 'adb', 'browser', 'import']),
  /** Measurements of one session share reference model, warmth and luck; those of two tell how repeatable they are. */
  session: words.optional(),
  measuredAt: time.optional(),
  protocol: z.strictObject({
    version: z.int().min(0).max(protocolVersion),
    /** Whose it is, and with which settings where they are not the protocol's own. */
    notes: z.string().max(2000).optional(),
  }),
  timing: timingSchema,
  /** The estimate to fit: the median of the rounds' medians, or a summary's own figure. */
  latencyMs: milliseconds,
  /** How far apart the rounds' medians lie: largest over smallest, less one. Null with fewer than two rounds. */
  spread: z.number().min(0).nullable(),
  flags: z.array(z.enum(Object.keys(flags) as [Flag, ...Flag[]])),
  /** The session's reference model and what it took at the session's start: two sessions tell by it whether the device is as it was. */
  reference: z.strictObject({ sha256: sha256Schema, medianMs: milliseconds }).optional(),
  /** How far the outputs were from the expected ones. */
  outputs: z.strictObject({
    maxAbsDiff: z.number().min(0),
    /** Relative to the largest expected value. */
    relativeDiff: z.number().min(0),
  }).optional(),
  blockTimes: blockTimesSchema.optional(),
});

export type Measurement = z.infer<typeof measurementSchema>;
export type MeasuredModel = z.infer<typeof modelSchema>;
export type Target = z.infer<typeof targetSchema>;
export type Round = z.infer<typeof roundSchema>;
export type Condition = z.infer<typeof conditionSchema>;
export type BlockTimes = z.infer<typeof blockTimesSchema>;
