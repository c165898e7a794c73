import type { Job, StudyRow } from '../../../core/api/contract/types.ts';
import { damageAdvice } from '../../format/damageAdvice.ts';
import { isOver } from '../../stores/jobs.ts';

/** What a person can do about a study's run now. */
export interface RunControls {
  /** The word on the button that begins the run or goes on with it; null while there is nothing to begin. */
  readonly start: 'Start' | 'Resume' | null;
  readonly pause: boolean;
  readonly unpause: boolean;
  readonly stop: boolean;
}

const none: RunControls = { start: null, pause: false, unpause: false, stop: false };

/** How jobs leave their studies. */
const ends: Readonly<Partial<Record<Job['state'], StudyRow['state']>>> = { done: 'finished', failed: 'failed', stopped: 'interrupted', crashed: 'crashed' };
const active: ReadonlySet<StudyRow['state']> = new Set(['queued', 'running', 'paused', 'stopping']);

/** A study's state. The list of studies hears of a job's end a little later than the list of jobs. */
export function studyState(row: StudyRow, job: Job | undefined): StudyRow['state'] {
  return (job !== undefined && !row.runsElsewhere && active.has(row.state) ? ends[job.state] : undefined) ?? row.state;
}

/** @param job the study's newest job of this session */
export function runControls(row: StudyRow | undefined, job: Job | undefined): RunControls {
  if (job !== undefined && !isOver(job)) return activeControls(job);
  if (row === undefined || row.runsElsewhere) return none;
  switch (studyState(row, job)) {
    case 'created': return { ...none, start: 'Start' };
    case 'interrupted': case 'failed': case 'crashed': return row.problem !== null && isDamage(row.problem) ? none : { ...none, start: 'Resume' };
    default: return none;
  }
}

function activeControls({ state }: Job): RunControls {
  switch (state) {
    case 'starting': case 'running': return { ...none, pause: true, stop: true };
    case 'paused': return { ...none, unpause: true, stop: true };
    case 'queued': return { ...none, stop: true };
    default: return none;
  }
}

/** What is going on, in one sentence. */
export function runWords(row: StudyRow | undefined, job: Job | undefined): string {
  if (job !== undefined && !isOver(job)) {
    if (job.state === 'queued') return 'Waiting until the job before it has ended.';
    if (job.state === 'paused') return 'Paused. It keeps its memory and takes no processor time.';
    if (job.state === 'stopping') return 'Stopping at the next safe point, with everything saved.';
    return job.words;
  }
  if (row === undefined) return '';
  if (row.runsElsewhere) return 'Runs in another process, such as a command in a terminal. It can be watched here and stopped there.';
  switch (studyState(row, job)) {
    case 'created': return 'Not started yet.';
    case 'interrupted': return 'Stopped before its end. Resume goes on where the last checkpoint left it.';
    case 'failed': return 'Ended with an error.';
    case 'crashed': return 'The process that computed has ended unexpectedly.';
    case 'finished': return 'Finished.';
    default: return '';
  }
}

export interface RunFailure {
  readonly kind: 'failed' | 'crashed';
  readonly code: string;
  readonly message: string;
  readonly details?: unknown;
}

/**
 * Why the run is not going on, if it ended badly: told by the job, else by the study itself.
 * @param recorded the failure at the end of the study's history
 */
export function runFailure(
  row: StudyRow | undefined, job: Job | undefined, recorded: { readonly code: string; readonly message: string } | undefined,
): RunFailure | null {
  if (job !== undefined && !isOver(job)) return null;
  if (row?.runsElsewhere || row?.state === 'finished') return null;
  if (job?.failure && (job.state === 'failed' || job.state === 'crashed')) return { kind: job.state, ...job.failure };
  if (row?.state !== 'failed' && row?.state !== 'crashed') return null;
  const { code, message } = row.problem ?? recorded ?? { code: 'unknown', message: 'It left no reason.' };
  return { kind: row.state, code, message };
}

/** Whether the study's own files cannot be read: then there is nothing to resume before they are mended. */
export function isDamage({ code }: Pick<RunFailure, 'code'>): boolean {
  return damageAdvice(code) !== undefined;
}

/** What to do about a failure, beyond what its message says. */
export function failureAdvice({ kind, code }: RunFailure): string {
  switch (code) {
    case 'disk-full': return 'Free some space on that disk, then resume: nothing that was saved is lost.';
    case 'out-of-memory': return 'Close other programs, or raise the memory ceiling in the settings or in the study file, then resume.';
    case 'cannot-write': return 'Make the folder writable again, then resume.';
    case 'other-data': return 'Put the images back as they were and resume, or begin a new study with the new images.';
    case 'data-empty': case 'data-class-empty': case 'data-one-class': case 'data-class-too-small': case 'missing-folder':
      return 'Correct the images or their folder in the study, then resume.';
    case 'engine-unavailable': case 'tensorflow-missing': case 'tensorflow-broken': case 'gpu-failed':
      return 'Choose another engine in the study, or make this one available (Settings lists them), then resume.';
    default:
      return damageAdvice(code) ?? (kind === 'crashed'
        ? 'Nothing that was saved is lost. If it crashes again at the same place, free some memory, or choose another engine or a smaller batch.'
        : 'Once the cause is gone, resume: it goes on where the last checkpoint left it.');
  }
}
