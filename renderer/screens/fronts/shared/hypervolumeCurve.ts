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
 * front cost a binary search, and columns that grow cost their new rows only.
 */
export class GrowingCurve {
  #columns: DeviceColumns | undefined;
  #reference: ParetoPoint | undefined;
  #front: number[] = [];
  #steps: HypervolumeStep[] = [];

  /** Columns that share their memory with the last ones are those with rows behind them. */
  of(columns: DeviceColumns, reference: ParetoPoint): HypervolumeStep[] {
    const { latencyMs, value } = columns;
    const from = this.#known(columns, reference);
    if (from === 0) {
      this.#front = [];
      this.#steps = [];
    }
    for (let row = from; row < latencyMs.length; row += 1) {
      if (!(latencyMs[row] < reference.latencyMs && value[row] > reference.value)) continue;
      const faster = rowsWithin(latencyMs, this.#front, latencyMs[row]);
      if (faster > 0 && value[this.#front[faster - 1]] >= value[row]) continue;
      this.#front = frontRows({ latencyMs: latencyMs.subarray(0, row + 1), value }, undefined, row, this.#front);
      this.#steps.push({ evaluations: row + 1, hypervolume: hypervolume(pointsOf(columns, this.#front), reference) });
    }
    this.#columns = columns;
    this.#reference = reference;
    const last = this.#steps.at(-1);
    const reachesEnd = latencyMs.length === 0 || last?.evaluations === latencyMs.length;
    return reachesEnd ? [...this.#steps] : [...this.#steps, { evaluations: latencyMs.length, hypervolume: last?.hypervolume ?? 0 }];
  }

  /** How many rows are those of the last call. */
  #known({ latencyMs, value }: DeviceColumns, reference: ParetoPoint): number {
    const [known, before] = [this.#columns, this.#reference];
    const grows = known !== undefined && latencyMs.length >= known.latencyMs.length && latencyMs.buffer === known.latencyMs.buffer
      && value.buffer === known.value.buffer && before?.latencyMs === reference.latencyMs && before.value === reference.value;
    return grows ? known.latencyMs.length : 0;
  }
}
