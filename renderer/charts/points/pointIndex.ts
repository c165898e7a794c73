/**
 * Points sorted into the cells of a grid over their extent, to find those near a place without looking at all of them.
 * Cell c holds rows[starts[c]] to rows[starts[c + 1] - 1]. Points that are not finite are in no cell.
 */
export interface PointIndex {
  readonly x: Float32Array;
  readonly y: Float32Array;
  readonly cells: number;
  readonly left: number;
  readonly bottom: number;
  readonly cellWidth: number;
  readonly cellHeight: number;
  readonly starts: Uint32Array;
  readonly rows: Uint32Array;
}

/** O(n): two passes. `cells` is the number of cells along each side. */
export function createPointIndex(x: Float32Array, y: Float32Array, cells = 256): PointIndex {
  const [left, right] = finiteOr0(extent(x));
  const [bottom, top] = finiteOr0(extent(y));
  const cellWidth = (right - left) / cells || 1;
  const cellHeight = (top - bottom) / cells || 1;
  const cellOf = new Int32Array(x.length);
  const starts = new Uint32Array(cells * cells + 1);
  for (let row = 0; row < x.length; row += 1) {
    const finite = Number.isFinite(x[row]) && Number.isFinite(y[row]);
    cellOf[row] = finite
      ? cellAt(x[row], left, cellWidth, cells) + cells * cellAt(y[row], bottom, cellHeight, cells)
      : -1;
    if (finite) starts[cellOf[row] + 1] += 1;
  }
  for (let cell = 1; cell < starts.length; cell += 1) starts[cell] += starts[cell - 1];
  const rows = new Uint32Array(starts[cells * cells]);
  const next = starts.slice();
  for (let row = 0; row < x.length; row += 1) {
    if (cellOf[row] >= 0) rows[next[cellOf[row]]++] = row;
  }
  return { x, y, cells, left, bottom, cellWidth, cellHeight, starts, rows };
}

/** A point found, with its squared distance in pixels. */
export interface NearPoint {
  readonly row: number;
  readonly distance2: number;
}

/**
 * The row nearest to (`x`, `y`), measured in pixels: `xScale` and `yScale` are pixels per unit of each axis. Null when
 * none lies within `reach` pixels. The lowest row wins a tie.
 */
export function nearestRow(index: PointIndex, x: number, y: number, xScale: number, yScale: number, reach: number): NearPoint | null {
  // Most searches end in a small window: it grows until the best in it lies nearer than its edge.
  for (let radius = Math.min(reach, 4); ; radius = Math.min(reach, radius * 2)) {
    const found = nearestWithin(index, x, y, Math.abs(xScale), Math.abs(yScale), radius);
    if (found !== null || radius >= reach) return found;
  }
}

function nearestWithin(index: PointIndex, x: number, y: number, xScale: number, yScale: number, radius: number): NearPoint | null {
  let row = -1;
  let best = radius * radius;
  forCells(index, x - radius / xScale, x + radius / xScale, y - radius / yScale, y + radius / yScale, (candidate) => {
    const dx = (index.x[candidate] - x) * xScale;
    const dy = (index.y[candidate] - y) * yScale;
    const distance2 = dx * dx + dy * dy;
    if (distance2 < best || (distance2 === best && (row < 0 || candidate < row))) {
      best = distance2;
      row = candidate;
    }
  });
  return row < 0 ? null : { row, distance2: best };
}

/** The rows in a rectangle, its borders included, ascending. */
export function rowsInRange(index: PointIndex, xs: readonly [number, number], ys: readonly [number, number]): Uint32Array {
  const [x0, x1] = xs[0] <= xs[1] ? xs : [xs[1], xs[0]];
  const [y0, y1] = ys[0] <= ys[1] ? ys : [ys[1], ys[0]];
  const found: number[] = [];
  forCells(index, x0, x1, y0, y1, (row) => {
    if (index.x[row] >= x0 && index.x[row] <= x1 && index.y[row] >= y0 && index.y[row] <= y1) found.push(row);
  });
  return Uint32Array.from(found).sort();
}

/** The rows inside a polygon given by its corners, ascending (even-odd rule, so a loop that crosses itself has holes). */
export function rowsInPolygon(index: PointIndex, polygonX: readonly number[], polygonY: readonly number[]): Uint32Array {
  if (polygonX.length < 3) return new Uint32Array();
  const found: number[] = [];
  const least = (values: readonly number[]): number => values.reduce((a, b) => Math.min(a, b));
  const most = (values: readonly number[]): number => values.reduce((a, b) => Math.max(a, b));
  forCells(index, least(polygonX), most(polygonX), least(polygonY), most(polygonY), (row) => {
    if (isInside(polygonX, polygonY, index.x[row], index.y[row])) found.push(row);
  });
  return Uint32Array.from(found).sort();
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

function finiteOr0([low, high]: [number, number]): [number, number] {
  return low > high ? [0, 0] : [low, high];
}

function cellAt(value: number, low: number, size: number, cells: number): number {
  return Math.max(0, Math.min(cells - 1, Math.floor((value - low) / size)));
}

function forCells(index: PointIndex, x0: number, x1: number, y0: number, y1: number, visit: (row: number) => void): void {
  const { cells, left, bottom, cellWidth, cellHeight, starts, rows } = index;
  const [c0, c1] = [cellAt(x0, left, cellWidth, cells), cellAt(x1, left, cellWidth, cells)];
  const [r0, r1] = [cellAt(y0, bottom, cellHeight, cells), cellAt(y1, bottom, cellHeight, cells)];
  for (let r = r0; r <= r1; r += 1) {
    // A row of cells lies together, so its points do too.
    for (let i = starts[r * cells + c0]; i < starts[r * cells + c1 + 1]; i += 1) visit(rows[i]);
  }
}
