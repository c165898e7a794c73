/** What a search trades off on one device: the objective's value (objective.ts), to be large, against latency, to be small. */
export interface ParetoPoint {
  readonly value: number;
  readonly latencyMs: number;
}

/**
 * True when `a` is at least as good as `b` in both objectives and better in one. Equal points do not dominate each
 * other.
 */
export function dominates(a: ParetoPoint, b: ParetoPoint): boolean {
  return a.value >= b.value && a.latencyMs <= b.latencyMs
    && (a.value > b.value || a.latencyMs < b.latencyMs);
}

/**
 * The non-dominated points, by ascending latency (and so by strictly ascending value), in O(n log n).
 *
 * Ties: of points equal in one objective only the better in the other stays; of points equal in both the first in the
 * input stays, so that a front names one architecture per trade-off.
 * @throws RangeError when a coordinate is not a finite number.
 */
export function paretoFront<T extends ParetoPoint>(points: readonly T[]): T[] {
  const front: T[] = [];
  let best = -Infinity;
  for (const index of byLatencyThenValue(points)) {
    const point = points[index];
    if (point.value > best) {
      front.push(point);
      best = point.value;
    }
  }
  return front;
}

/**
 * For each point the number of the front it belongs to: 0 for the Pareto front, 1 for the front of the rest, and so on
 * (non-dominated sorting). Equal points share a front. O(n log n).
 * @throws RangeError when a coordinate is not a finite number.
 */
export function paretoRanks(points: readonly ParetoPoint[]): number[] {
  const ranks = new Array<number>(points.length);
  // With latencies ascending, a front dominates a newcomer exactly when its last member, of highest value, does. Those
  // last members fall in value from front to front, which is what makes a binary search possible.
  const last: ParetoPoint[] = [];
  for (const index of byLatencyThenValue(points)) {
    const point = points[index];
    let low = 0;
    let high = last.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (dominates(last[middle], point)) low = middle + 1;
      else high = middle;
    }
    last[low] = point;
    ranks[index] = low;
  }
  return ranks;
}

/**
 * For each point of one front the area, in ms x value, that it alone dominates within the front: what the front's
 * hypervolume would lose without it (the selection measure of SMS-EMOA, Beume et al., 2007). The two ends get
 * Infinity, so that the front keeps its extent; of equal points all but the first get 0, so that duplicates never take
 * the place of a different trade-off.
 */
export function exclusiveAreas(front: readonly ParetoPoint[]): number[] {
  const areas = new Array<number>(front.length).fill(0);
  const order = byLatencyThenValue(front)
    .filter((index, i, all) => i === 0 || front[index].latencyMs > front[all[i - 1]].latencyMs);
  for (const [i, index] of order.entries()) {
    if (i === 0 || i === order.length - 1) {
      areas[index] = Infinity;
      continue;
    }
    const { latencyMs, value } = front[index];
    areas[index] = (front[order[i + 1]].latencyMs - latencyMs) * (value - front[order[i - 1]].value);
  }
  return areas;
}

function byLatencyThenValue(points: readonly ParetoPoint[]): number[] {
  for (const [index, point] of points.entries()) {
    if (!Number.isFinite(point.latencyMs) || !Number.isFinite(point.value)) {
      throw new RangeError(`Point ${index} is not finite: latencyMs ${point.latencyMs}, value ${point.value}.`);
    }
  }
  return [...points.keys()].sort((i, j) =>
    points[i].latencyMs - points[j].latencyMs || points[j].value - points[i].value || i - j);
}
