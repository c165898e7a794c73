import { invertedGenerationalDistancePlus } from './multiobjective/distances.ts';
import { paretoFront } from './pareto.ts';
import type { ParetoPoint } from './pareto.ts';

/**
 * The area, in ms x value, that the points dominate up to the reference point: the union of the rectangles between
 * each point and the reference. Points that are not better than the reference in both objectives add nothing. Only
 * values that share a reference point can be compared, so it is stored beside every hypervolume. O(n log n).
 */
export function hypervolume(points: readonly ParetoPoint[], reference: ParetoPoint): number {
  const front = paretoFront(points)
    .filter((point) => point.latencyMs < reference.latencyMs && point.value > reference.value);
  return front.reduce((area, point, i) => {
    const nextMs = front[i + 1]?.latencyMs ?? reference.latencyMs;
    return area + (nextMs - point.latencyMs) * (point.value - reference.value);
  }, 0);
}

/**
 * The hypervolume as a share of the largest conceivable one, a network of the best value in no time: 0 to 1. With accuracy that
 * is a perfect network, which needs no ideal or nadir point taken from the data, so the numbers of two runs, or of two devices,
 * stay comparable. Scores have no best value but the best one found: there the share tells the shape of one front.
 */
export function normalizedHypervolume(points: readonly ParetoPoint[], reference: ParetoPoint, bestValue = 1): number {
  const most = reference.latencyMs * (bestValue - reference.value);
  return most > 0 ? hypervolume(points, reference) / most : 0;
}

/**
 * The reference point of a device when none is given: its budget, or else the latency of the space's largest
 * architecture; and the objective's reference value (`referenceValue`). With accuracy both are known before the search starts and
 * do not depend on what it happens to evaluate, so runs with different seeds or settings can be compared by hypervolume.
 */
export function defaultReferencePoint(
  device: { readonly maxMs?: number },
  largestLatencyMs: number,
  value: number,
): ParetoPoint {
  return { latencyMs: device.maxMs ?? largestLatencyMs, value };
}

/**
 * IGD+ (Ishibuchi et al., 2015): the mean over a reference front of the distance to the nearest found point, counting
 * only the objectives in which that point is worse; 0 when the found points cover the reference front. Objectives are
 * divided by `scale` first, since milliseconds and values have no common unit.
 */
export function igdPlus(
  found: readonly ParetoPoint[],
  referenceFront: readonly ParetoPoint[],
  scale: ParetoPoint,
): number {
  const place = ({ latencyMs, value }: ParetoPoint) => [latencyMs / scale.latencyMs, -value / scale.value];
  return invertedGenerationalDistancePlus(found.map(place), referenceFront.map(place));
}
