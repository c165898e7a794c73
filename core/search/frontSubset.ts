import type { ParetoPoint } from './pareto.ts';

/**
 * The `count` points of a front that together have the largest hypervolume, in the front's order: what to show or
 * export of a front that has more points than anyone wants. Exact, by dynamic programming from the slow end, in
 * O(count n^2) (hypervolume subset selection in two dimensions).
 * @param front as `paretoFront` returns it.
 */
export function frontSubset<T extends ParetoPoint>(front: readonly T[], count: number, reference: ParetoPoint): T[] {
  if (count >= front.length) return [...front];
  if (count < 1) return [];
  const rise = front.map(({ value }) => Math.max(0, value - reference.value));
  const widthTo = (i: number, endMs: number) => Math.max(0, Math.min(endMs, reference.latencyMs) - front[i].latencyMs);

  // best[i]: the largest area of `size` points of which i is the fastest; next[size][i]: the point after it.
  let best = front.map((_, i) => widthTo(i, reference.latencyMs) * rise[i]);
  const next: number[][] = [];
  for (let size = 2; size <= count; size++) {
    const larger = new Array<number>(front.length).fill(-Infinity);
    const after = new Array<number>(front.length).fill(-1);
    for (let i = 0; i <= front.length - size; i++) {
      for (let j = i + 1; j <= front.length - size + 1; j++) {
        const area = widthTo(i, front[j].latencyMs) * rise[i] + best[j];
        if (area > larger[i]) {
          larger[i] = area;
          after[i] = j;
        }
      }
    }
    best = larger;
    next.push(after);
  }
  const chosen = [best.indexOf(Math.max(...best))];
  for (const after of next.toReversed()) chosen.push(after[chosen[chosen.length - 1]]);
  return chosen.map((i) => front[i]);
}
