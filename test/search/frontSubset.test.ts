import { describe, expect, it } from 'vitest';
import { Random } from '../../core/base/random.ts';
import { frontSubset } from '../../core/search/frontSubset.ts';
import { hypervolume } from '../../core/search/indicators.ts';
import { paretoFront } from '../../core/search/pareto.ts';
import type { ParetoPoint } from '../../core/search/pareto.ts';

const reference = { latencyMs: 1, value: 0.1 };

/** Hypervolume of the best subset, by trying all of them. */
function bestBySearch(front: readonly ParetoPoint[], count: number): number {
  let best = 0;
  for (let mask = 0; mask < 2 ** front.length; mask++) {
    const subset = front.filter((_, i) => mask & (1 << i));
    if (subset.length === count) best = Math.max(best, hypervolume(subset, reference));
  }
  return best;
}

describe('frontSubset', () => {
  it('finds the subset of largest hypervolume, as trying all subsets does', () => {
    const random = new Random('subset');
    for (let round = 0; round < 20; round++) {
      // Some points lie beyond the reference point, where they are worth nothing.
      const points = Array.from({ length: 60 }, () => {
        const latencyMs = 1.2 * random.uniform();
        return { latencyMs, value: Math.sqrt(latencyMs) * random.uniform() };
      });
      const front = paretoFront(points).slice(0, 12);
      for (let count = 1; count < front.length; count++) {
        const subset = frontSubset(front, count, reference);
        expect(subset).toHaveLength(count);
        expect(subset).toEqual(paretoFront(subset));
        expect(front).toEqual(expect.arrayContaining(subset));
        expect(hypervolume(subset, reference)).toBeCloseTo(bestBySearch(front, count), 12);
      }
    }
  });

  it('is the whole front when that is small enough, and nothing when nothing is asked for', () => {
    const front = [{ latencyMs: 0.1, value: 0.2 }, { latencyMs: 0.5, value: 0.4 }];
    expect(frontSubset(front, 2, reference)).toEqual(front);
    expect(frontSubset(front, 9, reference)).toEqual(front);
    expect(frontSubset(front, 0, reference)).toEqual([]);
    expect(frontSubset([], 3, reference)).toEqual([]);
  });

  it('spreads over a smooth front', () => {
    const front = Array.from({ length: 500 }, (_, i) => ({ latencyMs: i / 500, value: 0.1 + Math.sqrt(i / 500) }));
    const subset = frontSubset(front, 10, reference);
    expect(hypervolume(subset, reference)).toBeGreaterThan(0.9 * hypervolume(front, reference));
  });
});
