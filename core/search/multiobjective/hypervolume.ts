import { hypervolume as planeHypervolume } from '../indicators.ts';
import { weaklyDominates } from './candidate.ts';
import { lexicographic } from './nonDominated.ts';

type Point = readonly number[];

/**
 * The volume that the points dominate up to the reference point, all objectives minimised, exactly, for any number of
 * objectives. Points that are not better than the reference in every objective add nothing. In the product of the
 * objectives' units.
 *
 * Two objectives: the area of `core/search/indicators.ts`. Three: a sweep along the third that keeps the staircase of
 * the other two (Beume et al., 2009; here with an array, so O(n^2) at worst, mostly far less). More: the recursion of
 * WFG (While, Bradstreet, Barone, 2012) down to the sweep; exponential at worst in the number of objectives.
 * @throws RangeError when points and reference do not have the same number of objectives.
 */
export function hypervolume(points: readonly Point[], reference: Point): number {
  for (const [index, point] of points.entries()) {
    if (point.length !== reference.length) {
      throw new RangeError(`Point ${index} has ${point.length} objectives, the reference point ${reference.length}.`);
    }
  }
  const inside = points.filter((point) => point.every((value, k) => value < reference[k]));
  return volume(minimal(inside), reference);
}

/** For mutually non-dominated distinct points below the reference. */
function volume(front: readonly Point[], reference: Point): number {
  if (front.length === 0) return 0;
  if (front.length === 1) return box(front[0], reference);
  switch (reference.length) {
    case 1: return box(front[0], reference);
    case 2: return area(front, reference);
    case 3: return sweep(front, reference);
    default: return recurse(front, reference);
  }
}

/** The plane's area knows one objective to be large; a smaller one is a larger negative. */
function area(front: readonly Point[], reference: Point): number {
  const place = ([first, second]: Point) => ({ latencyMs: first, value: -second });
  return planeHypervolume(front.map(place), place(reference));
}

/**
 * Slices along the third objective: between two points' heights the dominated area in the plane of the first two stays
 * the same. Each new point adds to that area what the staircase leaves open of its own rectangle.
 */
function sweep(front: readonly Point[], [firstEnd, secondEnd, thirdEnd]: Point): number {
  const order = [...front].sort((a, b) => a[2] - b[2]);
  /** Ascending in the first objective, strictly descending in the second. */
  const stairs: Point[] = [];
  let dominatedArea = 0;
  let total = 0;
  for (const [i, point] of order.entries()) {
    let low = 0;
    let high = stairs.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (stairs[middle][0] < point[0]) low = middle + 1;
      else high = middle;
    }
    // The step before the point, if any, closes everything above its second objective.
    const left = low > 0 ? stairs[low - 1][1] : secondEnd;
    const covered = left <= point[1] || (low < stairs.length && stairs[low][0] === point[0]
      && stairs[low][1] <= point[1]);
    if (!covered) {
      let end = low;
      let from = point[0];
      let top = left;
      while (end < stairs.length && stairs[end][1] >= point[1]) {
        dominatedArea += (stairs[end][0] - from) * (top - point[1]);
        [from, top] = stairs[end];
        end++;
      }
      dominatedArea += ((stairs[end]?.[0] ?? firstEnd) - from) * (top - point[1]);
      stairs.splice(low, end - low, point);
    }
    total += dominatedArea * ((order[i + 1]?.[2] ?? thirdEnd) - point[2]);
  }
  return total;
}

/**
 * WFG: the sum over the points, worst in the last objective first, of what each dominates beyond the points after it.
 * Those points are limited to the point's own box; in the last objective they then all equal it, so that dimension is a
 * factor and the rest has one dimension less.
 */
function recurse(front: readonly Point[], reference: Point): number {
  const last = reference.length - 1;
  const order = [...front].sort((a, b) => b[last] - a[last]);
  const lower = reference.slice(0, last);
  let total = 0;
  for (const [i, point] of order.entries()) {
    const own = point.slice(0, last);
    const limited = order.slice(i + 1).map((other) => own.map((value, k) => Math.max(value, other[k])));
    total += (reference[last] - point[last]) * (box(own, lower) - volume(minimal(limited), lower));
  }
  return total;
}

function box(point: Point, reference: Point): number {
  return point.reduce((product, value, k) => product * (reference[k] - value), 1);
}

/** The distinct points that no other dominates. */
function minimal(points: readonly Point[]): Point[] {
  const kept: Point[] = [];
  for (const point of [...points].sort(lexicographic)) {
    if (!kept.some((other) => weaklyDominates(other, point))) kept.push(point);
  }
  return kept;
}
