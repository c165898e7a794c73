import type { Job } from '../../core/api/contract/types.ts';
import { asApiError } from '../api/useApi.ts';
import { useToasts } from '../kit/index.ts';
import { useJobs } from '../stores/jobs.ts';

/** Pause, continue and stop, with what happened said in a toast. */
export function useJobControl(): { togglePause: (job: Job) => Promise<void>; stop: (job: Job) => Promise<void>; canPause: (job: Job) => boolean } {
  const jobs = useJobs();
  const toasts = useToasts();

  async function attempt(what: string, run: () => Promise<unknown>): Promise<boolean> {
    try {
      await run();
      return true;
    } catch (error) {
      toasts.show({ tone: 'danger', title: `${what} did not work`, message: asApiError(error).message });
      return false;
    }
  }

  async function togglePause(job: Job): Promise<void> {
    const study = job.study;
    if (study === null) return;
    if (job.state === 'paused') await attempt('Continuing', () => jobs.unpause(study));
    else await attempt('Pausing', () => jobs.pause(study));
  }

  async function stop(job: Job): Promise<void> {
    const study = job.study;
    if (study === null || !(await attempt('Stopping', () => jobs.stop(study)))) return;
    toasts.show({
      title: `Stopping ${job.title}`, message: 'It ends at the next safe point, and can be resumed from there.',
      action: { label: 'Resume', run: () => void attempt('Resuming', () => jobs.start(study)) },
    });
  }

  return { togglePause, stop, canPause: (job) => job.study !== null && (job.state === 'running' || job.state === 'paused') };
}
