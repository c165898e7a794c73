/** How a front's objectives become comparable, and which of its points are its ends. */
export interface Normalisation {
  readonly ideal: readonly number[];
  /** What objectives, less the ideal point, are divided by; positive. */
  readonly scale: readonly number[];
  /** Indices of points to keep in any case: nearest to each axis, and the best in each objective. Without repeats. */
  readonly corners: readonly number[];
}

/**
 * The ideal point, the corners, and the intercepts of the plane through the corners with the axes (AGE-MOEA,
 * Panichella, 2019, after NSGA-III). Where there is no such plane, because the front has fewer dimensions
 * than objectives or too few points, or where it cuts an axis at or below zero, the front's range is taken instead, and
 * 1 for an objective in which all are equal.
 */
export function normalisation(front: readonly (readonly number[])[]): Normalisation {
  const objectives = front[0].length;
  const axes = Array.from({ length: objectives }, (_, k) => k);
  const ideal = axes.map((k) => minimum(front, (point) => point[k]));
  const range = axes.map((k) => -minimum(front, (point) => -point[k]) - ideal[k]);
  const shifted = front.map((point) => point.map((value, k) => (range[k] > 0 ? (value - ideal[k]) / range[k] : 0)));
  const nearAxis = axes.map((k) => indexOfMinimum(shifted, (point) => distanceToAxis(point, k)));
  const intercepts = planeIntercepts(nearAxis.map((i) => shifted[i]));
  const best = axes.map((k) => indexOfMinimum(shifted, (point) => point[k] + 1e-6 * sum(point)));
  return {
    ideal,
    scale: range.map((value, k) => (value > 0 ? value * (intercepts?.[k] ?? 1) : 1)),
    corners: [...new Set([...nearAxis, ...best])],
  };
}

const LEAST_EXPONENT = 0.1;
const LARGEST_EXPONENT = 20;

/**
 * The exponent p of the surface sum(x_k^p) = 1 through the most central point of a normalised front: 1 for a plane, more
 * for a front that bulges away from the ideal point, less for one that bends towards it. Central is the nearest to the
 * diagonal that is no corner, as in AGE-MOEA; the version of AGE-MOEA-II in pymoo takes the nearest to the ideal point.
 * Kept within [0.1, 20] as there, where Newton-Raphson finds the same root; bisection cannot leave the interval.
 */
export function fittedExponent(front: readonly (readonly number[])[], corners: readonly number[]): number {
  const inner = front.filter((_, i) => !corners.includes(i));
  if (inner.length === 0) return 1;
  const centre = inner[indexOfMinimum(inner, distanceToDiagonal)];
  const excess = (p: number) => centre.reduce((total, value) => total + value ** p, 0) - 1;
  let low = LEAST_EXPONENT;
  let high = LARGEST_EXPONENT;
  if (!(excess(low) > 0)) return 1;
  if (excess(high) > 0) return high;
  while (high - low > 1e-6) {
    const middle = (low + high) / 2;
    if (excess(middle) > 0) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** Where the plane through m points cuts the m axes; undefined when it does not cut all at clearly positive values. */
function planeIntercepts(points: readonly (readonly number[])[]): number[] | undefined {
  const rows = points.map((point) => [...point, 1]);
  const m = rows.length;
  for (let k = 0; k < m; k++) {
    let pivot = k;
    for (let i = k + 1; i < m; i++) if (Math.abs(rows[i][k]) > Math.abs(rows[pivot][k])) pivot = i;
    if (Math.abs(rows[pivot][k]) < 1e-9) return undefined;
    [rows[k], rows[pivot]] = [rows[pivot], rows[k]];
    for (let i = 0; i < m; i++) {
      if (i === k) continue;
      const factor = rows[i][k] / rows[k][k];
      for (let j = k; j <= m; j++) rows[i][j] -= factor * rows[k][j];
    }
  }
  const intercepts = rows.map((row, k) => row[k] / row[m]);
  return intercepts.every((value) => Number.isFinite(value) && value > 1e-6) ? intercepts : undefined;
}

function distanceToAxis(point: readonly number[], axis: number): number {
  return Math.sqrt(sum(point.map((value, k) => (k === axis ? 0 : value ** 2))));
}

function distanceToDiagonal(point: readonly number[]): number {
  return Math.sqrt(Math.max(0, sum(point.map((value) => value ** 2)) - sum(point) ** 2 / point.length));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function minimum<T>(items: readonly T[], measure: (item: T) => number): number {
  return measure(items[indexOfMinimum(items, measure)]);
}

/** The first, where several are equal. */
function indexOfMinimum<T>(items: readonly T[], measure: (item: T) => number): number {
  let best = 0;
  for (let i = 1; i < items.length; i++) if (measure(items[i]) < measure(items[best])) best = i;
  return best;
}
