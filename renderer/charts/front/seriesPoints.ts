import { hypervolume } from '../../../core/search/indicators.ts';
import { frontRows, rowsWithin } from '../../../core/search/frontRows.ts';
import { positions } from '../points/axis.ts';
import { extent } from '../points/pointSearch.ts';
import type { AxisScale, FrontResult, FrontSeries, NumberColumn } from '../types.ts';

/** What a chart derives from one series' columns; made anew or continued when they grew. */
export interface SeriesPoints {
  readonly series: FrontSeries;
  readonly scale: AxisScale;
  /** Positions on the latency axis: the column, or its logarithms. */
  readonly x: Float32Array;
  readonly y: Float64Array;
  readonly latencyExtent: readonly [number, number];
  readonly valueExtent: readonly [number, number];
  /** The whole front, whatever the budget. */
  readonly front: readonly number[];
  /** Rows before this one are those of the previous state; 0 when everything is new. */
  readonly newFrom: number;
}

/** Derives a series' points, from `before` where its columns are the beginning of the new ones. */
export function seriesPoints(series: FrontSeries, scale: AxisScale, before?: SeriesPoints): SeriesPoints {
  const known = before !== undefined && before.scale === scale && before.series.id === series.id
    && continues(before.series.latencyMs, series.latencyMs) && continues(before.series.value, series.value) ? before : undefined;
  const newFrom = known?.series.latencyMs.length ?? 0;
  const widened = (column: NumberColumn, old?: readonly [number, number]): [number, number] => {
    const [low, high] = extent(column, newFrom);
    return old === undefined ? [low, high] : [Math.min(low, old[0]), Math.max(high, old[1])];
  };
  const unchanged = known !== undefined && newFrom === series.latencyMs.length;
  return {
    series,
    scale,
    x: unchanged ? known.x : positions(scale, series.latencyMs, newFrom, known?.x),
    y: series.value,
    latencyExtent: widened(series.latencyMs, known?.latencyExtent),
    valueExtent: widened(series.value, known?.valueExtent),
    front: frontRows(series, undefined, newFrom, known?.front),
    newFrom,
  };
}

/** True when `column` is `before` with rows behind it. Columns that share their memory are so by their making. */
function continues(before: NumberColumn, column: NumberColumn): boolean {
  if (column.length < before.length) return false;
  if (column.buffer === before.buffer && column.byteOffset === before.byteOffset) return true;
  for (let i = 0; i < before.length; i += 1) {
    if (column[i] !== before[i] && !(Number.isNaN(column[i]) && Number.isNaN(before[i]))) return false;
  }
  return true;
}

/** The front within a budget (null: no budget), and its hypervolume up to a reference point. */
export function frontResult(
  { series, front }: SeriesPoints,
  budgetMs: number | null,
  reference: { readonly latencyMs: number; readonly value: number } | null,
): FrontResult {
  const rows = front.slice(0, budgetMs === null ? front.length : rowsWithin(series.latencyMs, front, budgetMs));
  const points = rows.map((row) => ({ latencyMs: series.latencyMs[row], value: series.value[row] }));
  return { id: series.id, rows: Uint32Array.from(rows), hypervolume: reference === null ? null : hypervolume(points, reference) };
}
