import type { NumberColumn } from '../types.ts';

/** A point found, with its squared distance in pixels. */
export interface NearPoint {
  readonly row: number;
  readonly distance2: number;
}

/**
 * The row nearest to (`atX`, `atY`), measured in pixels: `xScale` and `yScale` are pixels per unit of each axis. Null
 * when none lies within `reach` pixels; the lowest row wins a tie. It looks at every point, which takes less than half
 * a millisecond for 200,000: an index would be faster to search, but takes ten times that to make after every change.
 */
export function nearestRow(
  x: Float32Array, y: NumberColumn, atX: number, atY: number, xScale: number, yScale: number, reach: number,
): NearPoint | null {
  let row = -1;
  let best = reach * reach;
  const end = Math.min(x.length, y.length);
  for (let i = 0; i < end; i += 1) {
    const dx = (x[i] - atX) * xScale;
    const dy = (y[i] - atY) * yScale;
    const distance2 = dx * dx + dy * dy;
    // Written so that NaN fails.
    if (distance2 < best || (row < 0 && distance2 === best)) {
      best = distance2;
      row = i;
    }
  }
  return row < 0 ? null : { row, distance2: best };
}

/** The rows in a rectangle, its borders included, ascending. */
export function rowsInRange(x: Float32Array, y: NumberColumn, xs: readonly [number, number], ys: readonly [number, number]): Uint32Array {
  const [x0, x1] = xs[0] <= xs[1] ? xs : [xs[1], xs[0]];
  const [y0, y1] = ys[0] <= ys[1] ? ys : [ys[1], ys[0]];
  const found: number[] = [];
  for (let row = 0; row < x.length; row += 1) {
    if (x[row] >= x0 && x[row] <= x1 && y[row] >= y0 && y[row] <= y1) found.push(row);
  }
  return Uint32Array.from(found);
}

/** The rows inside a polygon given by its corners, ascending (even-odd rule, so a loop that crosses itself has holes). */
export function rowsInPolygon(x: Float32Array, y: NumberColumn, polygonX: readonly number[], polygonY: readonly number[]): Uint32Array {
  if (polygonX.length < 3) return new Uint32Array();
  const [x0, x1] = extent(polygonX);
  const [y0, y1] = extent(polygonY);
  return rowsInRange(x, y, [x0, x1], [y0, y1]).filter((row) => isInside(polygonX, polygonY, x[row], y[row]));
}

/** Even-odd: whether a ray from the point to the right crosses the polygon's edges an odd number of times. */
export function isInside(polygonX: readonly number[], polygonY: readonly number[], x: number, y: number): boolean {
  let inside = false;
  for (let i = 0, j = polygonX.length - 1; i < polygonX.length; j = i, i += 1) {
    if ((polygonY[i] > y) === (polygonY[j] > y)) continue;
    const crossing = polygonX[i] + ((y - polygonY[i]) / (polygonY[j] - polygonY[i])) * (polygonX[j] - polygonX[i]);
    if (x < crossing) inside = !inside;
  }
  return inside;
}

/** The finite values' least and greatest from `from` on; [Infinity, -Infinity] when there are none. */
export function extent(values: ArrayLike<number>, from = 0): [number, number] {
  let low = Infinity;
  let high = -Infinity;
  for (let i = from; i < values.length; i += 1) {
    const value = values[i];
    if (value < low && value > -Infinity) low = value;
    if (value > high && value < Infinity) high = value;
  }
  return [low, high];
}
