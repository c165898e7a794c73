import { describe, expect, it } from 'vitest';
import { agreementSeries, colourEnd, largestError, pairSeries } from '../../../renderer/screens/run/conflict.ts';
import type { ConflictEvent } from '../../../renderer/screens/run/history.ts';

const conflict = (step: number, cosine: ConflictEvent['cosine'], more: Partial<ConflictEvent> = {}): ConflictEvent => ({
  kind: 'conflict', seq: step, time: '2026-03-01T12:00:00.000Z', step, macs: cosine.map((_, i) => (i + 1) * 1e7), cosine, pairs: [], ...more,
});

describe('gradient conflict in lines', () => {
  it('takes the means of the diagonal and of its neighbours, and the corner', () => {
    // By hand: (0.6 + 0.5 + 0.7) / 3, (0.3 + 0.1) / 2, and the corner itself.
    const series = agreementSeries([conflict(4, [[0.6, 0.3, -0.2], [0.3, 0.5, 0.1], [-0.2, 0.1, 0.7]])]);
    expect(series.map(({ name, x, y }) => [name, Array.from(x), Number(Array.from(y)[0].toFixed(10))])).toEqual([
      ['Same size', [4], 0.6], ['Neighbouring sizes', [4], 0.2], ['Smallest and largest', [4], -0.2],
    ]);
  });

  it('leaves out cosines that are not defined', () => {
    expect(Array.from(agreementSeries([conflict(1, [[null, 0.3], [0.3, 0.5]])])[0].y)).toEqual([0.5]);
    expect(agreementSeries([conflict(1, [[0.4]])]).map(({ id }) => id)).toEqual(['same']);
    expect(agreementSeries([])).toEqual([]);
  });

  it('sets any two subnets of a bucket beside the best two, once there are such', () => {
    const pairs = (good: number | null) => ({ pairs: [{ macs: 5e6, random: 0.1, good }, { macs: 9e6, random: null, good: null }] });
    expect(pairSeries([conflict(1, [[1]], pairs(null))]).map(({ name }) => name)).toEqual(['5.00 M, any two']);
    const series = pairSeries([conflict(1, [[1]], pairs(null)), conflict(9, [[1]], pairs(0.4))]);
    expect(series.map(({ name, dashed, y }) => [name, dashed ?? false, Array.from(y)])).toEqual([
      ['5.00 M, any two', false, [0.1, 0.1]], ['5.00 M, best two', true, [Number.NaN, 0.4]],
    ]);
  });
});

describe('the colours of the matrix', () => {
  it('reach as far as the largest cosine of any measurement, in quarters', () => {
    expect(colourEnd([conflict(1, [[0.2, -0.1]]), conflict(2, [[0.1, -0.3]])])).toBe(0.5);
    expect(colourEnd([conflict(1, [[0.01, null]])])).toBe(0.25);
    expect(colourEnd([conflict(1, [[1.0000001]])])).toBe(1);
  });

  it('come with the largest standard error, where there is one', () => {
    expect(largestError(conflict(1, [[0]], { standardError: [[0.01, null], [null, 0.03]] }))).toBe(0.03);
    expect(largestError(conflict(1, [[0]]))).toBeUndefined();
  });
});
