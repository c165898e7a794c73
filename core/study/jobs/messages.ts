import { z } from 'zod';
import { precisions } from '../../graph/onnx/precision.ts';
import { measureBestSchema } from '../checks/measureBestTask.ts';
import { phases } from '../eventTypes.ts';
import { quantisationSchema } from '../quantisationLimits.ts';
import { measuringPageSchema, measuringSchema } from '../measuring/measuringTask.ts';

/** What a compute process can be asked to do; one task each. */
export const jobTaskSchema = z.discriminatedUnion('kind', [
  /** Does all that is left of a study, new or stopped. */
  z.strictObject({ kind: z.literal('run'), directory: z.string().min(1) }),
  /** Does all that is left of a training of one network, new or stopped. */
  z.strictObject({ kind: z.literal('train'), directory: z.string().min(1) }),
  /** Does all that is left of a transfer, new or stopped. */
  z.strictObject({ kind: z.literal('transfer'), directory: z.string().min(1) }),
  /** Writes an architecture with a study's trained weights as an ONNX file. */
  z.strictObject({
    kind: z.literal('export'), directory: z.string().min(1), arch: z.unknown(), out: z.string().min(1),
    batch: z.union([z.literal('dynamic'), z.int().min(1).max(64)]), precision: z.enum(precisions).optional(), quantisation: quantisationSchema.optional(),
  }),
  /** Writes an architecture with a study's weights as a PyTorch program, in a folder that is new or empty. */
  z.strictObject({ kind: z.literal('handoff'), directory: z.string().min(1), arch: z.unknown(), out: z.string().min(1) }),
  /** Scores the networks of a file with measured accuracies and compares the orders; scores are kept in a folder. */
  z.strictObject({
    kind: z.literal('correlate'), file: z.string().min(1), rankings: z.array(z.string()), space: z.string().optional(),
    seeds: z.array(z.int()).min(1), scores: z.string().min(1), engine: z.enum(['auto', 'ort', 'tensorflow', 'webgpu', 'js']),
  }),
  /** Measures files on a device, or goes on with that; the session's folder is the job's id. */
  measuringSchema.extend({ kind: z.literal('measure') }),
  /** Measures the best of a device's front of a study; the folder of the study's sessions for the device is the job's id. */
  measureBestSchema.extend({ kind: z.literal('measure-best') }),
  /** Does all that is left of a device's calibration, or only fits what has been measured; the device's folder is the job's id. */
  z.strictObject({ kind: z.literal('calibrate'), directory: z.string().min(1), only: z.literal('fit').optional() }),
  /** Adds to a device model of one's own what was measured since, and says what that changes; `take` makes that very refit a file. */
  z.strictObject({
    kind: z.literal('refit'), model: z.string().min(1), take: z.strictObject({ hash: z.string().min(1), replaces: z.boolean() }).optional(),
  }),
  /** Finds out how long the study, training or transfer of a file's text would take. */
  z.strictObject({ kind: z.literal('probe'), of: z.enum(['study', 'training', 'transfer']), text: z.string(), baseDir: z.string().min(1), seconds: z.number().positive().max(600) }),
]);
export type JobTask = z.output<typeof jobTaskSchema>;
/** As it is asked for: defaults may be left out. */
export type JobTaskInput = z.input<typeof jobTaskSchema>;

/** To a compute process. */
export const requestSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('task'), task: jobTaskSchema }),
  z.object({ type: z.literal('pause') }),
  z.object({ type: z.literal('unpause') }),
  /** End at the next safe point, with everything saved. */
  z.object({ type: z.literal('stop') }),
  /** The outcome has arrived; the process may end. */
  z.object({ type: z.literal('close') }),
]);
export type WorkerRequest = z.input<typeof requestSchema>;

export const logLevels = ['info', 'warning', 'error'] as const;
export type LogLevel = (typeof logLevels)[number];

const progress = z.object({
  /** A phase of a run; anything else that a task does has none. */
  phase: z.enum(phases).optional(),
  done: z.number(), total: z.number(), unit: z.string(), note: z.string().optional(),
  ratePerSecond: z.number().optional(), remainingSeconds: z.number().optional(),
  /** Of the whole process. */
  memoryBytes: z.number(),
});
export type JobProgress = z.output<typeof progress>;

const failure = { code: z.string(), message: z.string(), details: z.record(z.string(), z.unknown()) };

/** From a compute process. The last one before it ends is `done`, `failed` or `stopped`. */
export const reportSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready') }),
  z.object({ type: z.literal('progress'), progress }),
  /** It waits at a safe point, or goes on. */
  z.object({ type: z.literal('paused'), paused: z.boolean() }),
  /** Where a phone is to open the measuring page. */
  z.object({ type: z.literal('page'), page: measuringPageSchema }),
  z.object({ type: z.literal('log'), level: z.enum(logLevels), time: z.string(), text: z.string() }),
  z.object({ type: z.literal('done'), result: z.unknown() }),
  z.object({ type: z.literal('failed'), ...failure }),
  z.object({ type: z.literal('stopped') }),
]);
export type WorkerReport = z.output<typeof reportSchema>;

/** What a probe found out, at the speed of this machine at this moment. */
export interface ProbeResult {
  /** Of training; null where nothing is trained. */
  readonly imagesPerSecond: number | null;
  readonly secondsPerStep: number | null;
  readonly secondsPerEvaluation: number;
  readonly dataSeconds: number;
  readonly trainingSeconds: number;
  /** Of a single network, while it is trained. */
  readonly evaluationSeconds: number;
  readonly searchSeconds: number;
  readonly exportSeconds: number;
  readonly totalSeconds: number;
  /** Of the probing process. */
  readonly peakMemoryBytes: number;
}
