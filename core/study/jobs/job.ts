import type { MeasuringPage } from '../measuring/measuringTask.ts';
import type { JobProgress, JobTask } from './messages.ts';

export const jobStates = ['queued', 'starting', 'running', 'paused', 'stopping', 'done', 'failed', 'stopped', 'crashed'] as const;
export type JobState = (typeof jobStates)[number];

export interface JobFailure {
  readonly code: string;
  readonly message: string;
  /** For code `crashed`: exitCode, signal and the last lines of output. */
  readonly details: Readonly<Record<string, unknown>>;
}

/** How a job stands at one moment; replaced, never changed. */
export interface Job {
  /** The absolute folder of a study, a training, a transfer, a measuring session or a device; a name of its own for anything else. */
  readonly id: string;
  readonly task: JobTask;
  readonly title: string;
  readonly state: JobState;
  /** What it is doing now, for people. */
  readonly words: string;
  readonly progress?: JobProgress;
  /** While a phone's browser measures: where its page is. */
  readonly page?: MeasuringPage;
  readonly pid?: number;
  /** ISO 8601. */
  readonly queued: string;
  readonly started?: string;
  readonly ended?: string;
  /** Why it failed or crashed. */
  readonly failure?: JobFailure;
  /** What it found, when it is done. */
  readonly result?: unknown;
}

const ends: ReadonlySet<JobState> = new Set(['done', 'failed', 'stopped', 'crashed']);
export const hasEnded = ({ state }: Pick<Job, 'state'>) => ends.has(state);

/** "Training step 120 of 500: loss 1.83, accuracy 41 %". */
export function progressWords({ phase, done, total, unit, note }: JobProgress): string {
  const suffix = note ? `: ${note}` : '';
  const of = `${done.toLocaleString('en-US')} of ${total.toLocaleString('en-US')}`;
  switch (phase) {
    case 'data': return `Reading image ${of}${suffix}`;
    case 'training': return `Training step ${of}${suffix}`;
    case 'search': return `Searching, architecture ${of}${suffix}`;
    case 'export': return `Exporting model ${of}${suffix}`;
    case undefined: return note ? note[0].toUpperCase() + note.slice(1) : `${of} ${unit}`;
  }
}

export function endWords(state: JobState, { kind }: JobTask): string {
  const measures = kind === 'measure' || kind === 'measure-best' || kind === 'calibrate';
  const trains = kind === 'run' || kind === 'train' || kind === 'transfer';
  switch (state) {
    case 'done': return trains ? 'Finished' : kind === 'measure' || kind === 'measure-best' ? 'Measured' : kind === 'calibrate' ? 'Calibrated' : 'Done';
    case 'stopped': return trains ? 'Stopped; everything is saved and can be resumed' : measures ? 'Stopped; it can go on from there' : 'Stopped';
    case 'crashed': return trains ? 'Ended unexpectedly; it can be resumed from its last checkpoint' : 'Ended unexpectedly';
    default: return 'Failed';
  }
}
