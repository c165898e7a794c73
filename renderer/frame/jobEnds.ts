import type { Job } from '../../core/api/contract/types.ts';
import { isOver } from '../stores/jobs.ts';
import { routeOfJob } from './jobRoute.ts';

/** Jobs of studies, trainings, transfers and devices that were going on before and have ended since; those that were over already say nothing. */
export function endedSince(before: readonly Job[], now: readonly Job[]): Job[] {
  const active = new Set(before.filter((job) => !isOver(job)).map(({ id }) => id));
  return now.filter((job) => routeOfJob(job) !== null && isOver(job) && active.has(job.id));
}
