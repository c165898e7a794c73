import { describe, expect, it } from 'vitest';
import {
  additiveEpsilon, invertedGenerationalDistance, invertedGenerationalDistancePlus,
} from '../../../core/search/multiobjective/distances.ts';

/*
 * Example 4 of Ishibuchi et al. (2015): A weakly dominates B, yet IGD calls B better. The values are those that the
 * library moocore 0.3.2 gives for it.
 */
const front = [[0, 10], [1, 6], [2, 2], [6, 1], [10, 0]];
const better = [[2, 4], [3, 3], [4, 2]];
const dominated = [[2, 8], [4, 4], [8, 2]];

describe('distances to a reference front', () => {
  it('reproduce the published example in which IGD prefers a dominated set and IGD+ does not', () => {
    expect(invertedGenerationalDistance(better, front)).toBeCloseTo(3.707092031609239, 12);
    expect(invertedGenerationalDistance(dominated, front)).toBeCloseTo(2.59148346584763, 12);
    expect(invertedGenerationalDistancePlus(better, front)).toBeCloseTo(1.482842712474619, 12);
    expect(invertedGenerationalDistancePlus(dominated, front)).toBeCloseTo(2.260112615949154, 12);
    expect(additiveEpsilon(better, front)).toBe(2);
  });

  it('count by hand for one found point and two targets in three objectives', () => {
    const found = [[3, 0, 4]];
    const targets = [[0, 0, 0], [3, 5, 4]];
    expect(invertedGenerationalDistance(found, targets)).toBe(5);
    expect(invertedGenerationalDistancePlus(found, targets)).toBe(2.5);
    expect(additiveEpsilon(found, targets)).toBe(4);
  });

  it('have an epsilon of exactly the amount by which a whole front is moved', () => {
    const moved = (by: number) => front.map((point) => point.map((value) => value + by));
    expect(additiveEpsilon(front, front)).toBe(0);
    expect(additiveEpsilon(moved(0.5), front)).toBe(0.5);
    expect(additiveEpsilon(moved(-0.5), front)).toBe(-0.5);
  });

  it.each([invertedGenerationalDistance, invertedGenerationalDistancePlus, additiveEpsilon])(
    'refuse empty sets (%o)', (distance) => {
      expect(() => distance([], front)).toThrow(RangeError);
      expect(() => distance(front, [])).toThrow(RangeError);
    });
});
