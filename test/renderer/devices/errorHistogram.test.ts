import { describe, expect, it } from 'vitest';
import { errorHistogram } from '../../../renderer/screens/devices/errorHistogram.ts';

describe('a histogram of relative errors', () => {
  it('counts every pair once, around zero', () => {
    // Errors of -3.4, -0.4, 0.4 and 1.4 %: bins of 0.5 % would need 7 a side.
    const bins = errorHistogram([100, 100, 100, 100], [96.6, 99.6, 100.4, 101.4]);
    expect(bins.map(({ fromPercent }) => fromPercent)).toEqual([-3.5, -3, -2.5, -2, -1.5, -1, -0.5, 0, 0.5, 1, 1.5, 2, 2.5, 3]);
    expect(bins.map(({ count }) => count)).toEqual([1, 0, 0, 0, 0, 0, 1, 1, 0, 1, 0, 0, 0, 0]);
  });

  it('keeps what lies beyond the widest bins in the outermost ones', () => {
    const bins = errorHistogram([1, 1, 1], [20, 1.1, 0.9]);
    expect(bins).toHaveLength(20);
    expect(bins.at(-1)).toEqual({ fromPercent: 450, toPercent: 500, count: 1 });
    expect(bins.reduce((sum, { count }) => sum + count, 0)).toBe(3);
  });

  it('has one bin a side when nothing is wrong, and none without pairs', () => {
    expect(errorHistogram([5], [5])).toHaveLength(2);
    expect(errorHistogram([], [])).toEqual([]);
  });
});
