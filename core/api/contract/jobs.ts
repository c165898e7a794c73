import { z } from 'zod';
import { count, nothing, path, studyId, time } from './common.ts';
import { failureSchema } from '../protocol.ts';
import { measuringPageSchema } from '../../study/measuring/measuringTask.ts';

export const jobStates = ['queued', 'starting', 'running', 'paused', 'stopping', 'done', 'failed', 'stopped', 'crashed'] as const;

export const job = z.object({
  /** The study's id for a run; a name of its own for anything else. */
  id: z.string(),
  study: studyId.nullable(),
  /** The folder of a measuring session. */
  session: path.nullable(),
  /** The device that is calibrated, by its name. */
  calibration: z.string().nullable(),
  /** The network that is trained, by the name of its folder. */
  training: z.string().nullable(),
  /** The transfer whose trainings it does, by the name of its folder. */
  transfer: z.string().optional(),
  /** The study and device whose front's best is measured. */
  measures: z.object({ study: studyId, device: z.string() }).optional(),
  /** While a phone's browser measures: the page that it is to open, with its one-time token. */
  page: measuringPageSchema.nullable(),
  title: z.string(),
  state: z.enum(jobStates),
  /** What it is doing now, for people. */
  words: z.string(),
  phase: z.string().nullable(), done: z.number(), total: z.number(), unit: z.string(), fraction: z.number(),
  ratePerSecond: z.number().nullable(), remainingSeconds: z.number().nullable(), memoryBytes: z.number().nullable(),
  started: time.nullable(), ended: time.nullable(),
  /** Why it failed or crashed. */
  failure: failureSchema.nullable(),
});

export const logLevels = ['info', 'warning', 'error'] as const;
export const logLine = z.object({ seq: z.number(), time, level: z.enum(logLevels), text: z.string() });

const ofStudy = { input: z.object({ study: studyId }), output: nothing } as const;

export const jobMethods = {
  'jobs.list': { input: nothing, output: z.array(job) },
  /** Begins a study, or goes on with it. */
  'jobs.start': ofStudy,
  'jobs.pause': ofStudy,
  'jobs.unpause': ofStudy,
  /** Ends the job at the next safe point; the study can be resumed. */
  'jobs.stop': ofStudy,
} as const;

export const jobTopics = {
  /** All jobs of this session; every payload is the whole list. */
  jobs: { params: nothing, payload: z.object({ jobs: z.array(job), running: count }) },
  /** What the job of a study has said since the core was started. */
  log: { params: z.object({ study: studyId }), payload: z.object({ reset: z.boolean(), lines: z.array(logLine) }) },
} as const;
