import { frontRows, rowsWithin } from '../../../../core/search/frontRows.ts';
import { hypervolume } from '../../../../core/search/indicators.ts';
import type { ParetoPoint } from '../../../../core/search/pareto.ts';

/** What a study knows about one device; both columns as long as each other. */
export interface DeviceColumns {
  readonly latencyMs: Float32Array;
  readonly value: Float64Array;
}

/** A device's front within a budget. */
export interface DeviceFront {
  /** By ascending latency, and so by ascending value. */
  readonly rows: readonly number[];
  /** In ms x value; null without a reference point. */
  readonly hypervolume: number | null;
  /** The row of highest value within the budget; null when there is none. */
  readonly best: number | null;
}

/** Remembers the front of columns that grow, so that new rows cost only themselves. */
export class GrowingFront {
  #columns: DeviceColumns | undefined;
  #front: readonly number[] = [];

  /** The whole front of the columns. Columns that share their memory with the last ones are those with rows behind them. */
  of(columns: DeviceColumns): readonly number[] {
    const known = this.#columns;
    const grows = known !== undefined && columns.latencyMs.length >= known.latencyMs.length
      && columns.latencyMs.buffer === known.latencyMs.buffer && columns.value.buffer === known.value.buffer;
    this.#front = grows ? frontRows(columns, undefined, known.latencyMs.length, this.#front) : frontRows(columns);
    this.#columns = columns;
    return this.#front;
  }
}

export function frontWithin(columns: DeviceColumns, front: readonly number[], budgetMs: number | null, reference: ParetoPoint | null): DeviceFront {
  const rows = budgetMs === null ? front : front.slice(0, rowsWithin(columns.latencyMs, front, budgetMs));
  return {
    rows,
    hypervolume: reference === null ? null : hypervolume(pointsOf(columns, rows), reference),
    best: rows.at(-1) ?? null,
  };
}

export function pointsOf({ latencyMs, value }: DeviceColumns, rows: readonly number[]): ParetoPoint[] {
  return rows.map((row) => ({ latencyMs: latencyMs[row], value: value[row] }));
}
