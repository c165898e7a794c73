import type { Job, TrainingRow } from '../../../core/api/contract/types.ts';
import { isOver } from '../../stores/jobs.ts';

/** What can be asked of the job of one training or transfer. */
export type RunCommands = Readonly<Record<'start' | 'pause' | 'unpause' | 'stop', () => Promise<unknown>>>;

/** The commands of all trainings or transfers, for one of them. */
export function commandsOf(all: Readonly<Record<keyof RunCommands, (folder: string) => Promise<unknown>>>, folder: string): RunCommands {
  return { start: () => all.start(folder), pause: () => all.pause(folder), unpause: () => all.unpause(folder), stop: () => all.stop(folder) };
}

/** What a person can do with a training or transfer at this moment. */
export interface RunControls {
  /** What the button that goes on with it says; null where nothing is left to do or somebody else does it. */
  readonly start: 'Start' | 'Resume' | null;
  /** What the button that lets it wait, or go on, says; null while it does neither. */
  readonly pause: 'Pause' | 'Continue' | null;
  /** The job that can be stopped. */
  readonly active: Job | undefined;
}

export function runControls(row: Pick<TrainingRow, 'runsElsewhere' | 'problem' | 'status'>, job: Job | undefined): RunControls {
  const active = job !== undefined && !isOver(job) ? job : undefined;
  const isIdle = active === undefined && !row.runsElsewhere && row.problem === null && row.status !== 'finished';
  return { start: isIdle ? row.status === 'created' ? 'Start' : 'Resume' : null, pause: active === undefined ? null : pauseOf[active.state] ?? null, active };
}

const pauseOf: Partial<Record<Job['state'], 'Pause' | 'Continue'>> = { running: 'Pause', paused: 'Continue' };

/** The state as the job of this session, or the folder, tells it. */
export const jobState = (row: Pick<TrainingRow, 'status'>, job: Job | undefined): string => (job !== undefined && !isOver(job) ? job.state : row.status);
