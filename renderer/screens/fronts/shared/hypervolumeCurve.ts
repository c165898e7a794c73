import { frontRows, rowsWithin } from '../../../../core/search/frontRows.ts';
import { hypervolume } from '../../../../core/search/indicators.ts';
import type { ParetoPoint } from '../../../../core/search/pareto.ts';
import { pointsOf } from './deviceFront.ts';
import type { DeviceColumns } from './deviceFront.ts';

export interface HypervolumeStep {
  readonly evaluations: number;
  readonly hypervolume: number;
}

/**
 * The hypervolume of the front of the first n evaluations, at every n where it grows and at the last one. Rows off the
 * front cost a binary search, so that 200,000 of them take some milliseconds.
 */
export function hypervolumeCurve(columns: DeviceColumns, reference: ParetoPoint): HypervolumeStep[] {
  const { latencyMs, accuracy } = columns;
  const steps: HypervolumeStep[] = [];
  let front: number[] = [];
  let area = 0;
  for (let row = 0; row < latencyMs.length; row += 1) {
    if (!(latencyMs[row] < reference.latencyMs && accuracy[row] > reference.accuracy)) continue;
    const faster = rowsWithin(latencyMs, front, latencyMs[row]);
    if (faster > 0 && accuracy[front[faster - 1]] >= accuracy[row]) continue;
    front = frontRows({ latencyMs: latencyMs.subarray(0, row + 1), accuracy }, undefined, row, front);
    area = hypervolume(pointsOf(columns, front), reference);
    steps.push({ evaluations: row + 1, hypervolume: area });
  }
  const count = latencyMs.length;
  if (count > 0 && steps.at(-1)?.evaluations !== count) steps.push({ evaluations: count, hypervolume: area });
  return steps;
}
