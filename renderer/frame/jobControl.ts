import type { Job } from '../../core/api/contract/types.ts';
import { asApiError } from '../api/useApi.ts';
import { useToasts } from '../kit/index.ts';
import { useJobs } from '../stores/jobs.ts';

/** Pause, continue and stop, with what happened said in a toast. */
export function useJobControl(): { togglePause: (job: Job) => Promise<void>; stop: (job: Job) => Promise<void>; canPause: (job: Job) => boolean; canStop: (job: Job) => boolean } {
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

  /** What a person can do with a job, by what it is the job of; undefined for one that answers once. */
  function commandsOf(job: Job) {
    const { study, training, transfer, calibration, session } = job;
    if (study !== null) return { pause: () => jobs.pause(study), unpause: () => jobs.unpause(study), stop: () => jobs.stop(study), resume: () => jobs.start(study) };
    if (training !== null) {
      const { pause, unpause, stop, start } = jobs.ofTraining;
      return { pause: () => pause(training), unpause: () => unpause(training), stop: () => stop(training), resume: () => start(training) };
    }
    if (transfer !== undefined) {
      const { pause, unpause, stop, start } = jobs.ofTransfer;
      return { pause: () => pause(transfer), unpause: () => unpause(transfer), stop: () => stop(transfer), resume: () => start(transfer) };
    }
    if (calibration === null && session === null) return undefined;
    return {
      pause: () => jobs.device.pause(job), unpause: () => jobs.device.unpause(job), stop: () => jobs.device.stop(job),
      resume: calibration === null ? undefined : () => jobs.device.start(calibration),
    };
  }

  async function togglePause(job: Job): Promise<void> {
    const commands = commandsOf(job);
    if (commands === undefined) return;
    if (job.state === 'paused') await attempt('Continuing', commands.unpause);
    else await attempt('Pausing', commands.pause);
  }

  async function stop(job: Job): Promise<void> {
    const commands = commandsOf(job);
    if (commands === undefined || !(await attempt('Stopping', commands.stop))) return;
    const { resume } = commands;
    toasts.show({
      title: `Stopping ${job.title}`, message: 'It ends at the next safe point, and can be resumed from there.',
      ...(resume && { action: { label: 'Resume', run: () => void attempt('Resuming', resume) } }),
    });
  }

  return { togglePause, stop, canPause: (job) => commandsOf(job) !== undefined && (job.state === 'running' || job.state === 'paused'), canStop: (job) => commandsOf(job) !== undefined && job.state !== 'stopping' };
}
