import type { Job } from '../core/api/contract/types.ts';
import type { JobsSummary } from './messages.ts';

const live: ReadonlySet<Job['state']> = new Set(['queued', 'starting', 'running', 'paused', 'stopping']);

/** What the desktop shows of the jobs. */
export function summaryOf(jobs: readonly Job[]): JobsSummary {
  const open = jobs.filter(({ state }) => live.has(state));
  const running = open.filter(({ state }) => state !== 'queued');
  const fraction = running.length === 0 ? undefined : running.reduce((sum, job) => sum + job.fraction, 0) / running.length;
  return { titles: open.map(({ title }) => title), fraction };
}

/** Words of the question before quitting; undefined when nothing has to be asked. */
export function quitQuestion({ titles }: JobsSummary): { message: string; detail: string; buttons: string[] } | undefined {
  if (titles.length === 0) return undefined;
  const message = titles.length === 1 ? `"${titles[0]}" is not finished.` : `${titles.length} jobs are not finished.`;
  return {
    message,
    detail: 'What they have done is saved before Pocketformer quits, and they can be resumed where they ended.',
    buttons: ['Stop safely and quit', 'Cancel'],
  };
}
