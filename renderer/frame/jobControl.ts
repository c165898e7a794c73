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

  const ofDevice = ({ calibration, session }: Job) => calibration !== null || session !== null;

  async function togglePause(job: Job): Promise<void> {
    const study = job.study;
    if (study === null && !ofDevice(job)) return;
    if (job.state === 'paused') await attempt('Continuing', () => (study === null ? jobs.device.unpause(job) : jobs.unpause(study)));
    else await attempt('Pausing', () => (study === null ? jobs.device.pause(job) : jobs.pause(study)));
  }

  async function stop(job: Job): Promise<void> {
    const { study, calibration } = job;
    if (study === null && !ofDevice(job)) return;
    if (!(await attempt('Stopping', () => (study === null ? jobs.device.stop(job) : jobs.stop(study))))) return;
    const resume = study !== null ? () => jobs.start(study) : calibration !== null ? () => jobs.device.start(calibration) : undefined;
    toasts.show({
      title: `Stopping ${job.title}`, message: 'It ends at the next safe point, and can be resumed from there.',
      ...(resume && { action: { label: 'Resume', run: () => void attempt('Resuming', resume) } }),
    });
  }

  return { togglePause, stop, canPause: (job) => (job.study !== null || ofDevice(job)) && (job.state === 'running' || job.state === 'paused') };
}
