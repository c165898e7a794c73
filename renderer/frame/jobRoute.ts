import type { Job } from '../../core/api/contract/types.ts';
import type { Route } from '../router/route.ts';

/** Where a job is followed; null for one that has no screen of its own. */
export function routeOfJob({ study, training, transfer, calibration }: Pick<Job, 'study' | 'training' | 'transfer' | 'calibration'>): Route | null {
  if (study !== null) return { screen: 'study', study, view: 'run' };
  if (training !== null) return { screen: 'trainings', training };
  if (transfer !== undefined) return { screen: 'transfers', transfer };
  return calibration === null ? null : { screen: 'devices', device: calibration };
}
