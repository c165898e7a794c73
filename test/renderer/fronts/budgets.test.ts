import { describe, expect, it } from 'vitest';
import { paretoFront } from '../../../core/search/pareto.ts';
import { countOf, deviceLimits, initialBudget, maskedColumn, roundedUp, withinAll, withinAny } from '../../../renderer/screens/fronts/shared/budgets.ts';
import { GrowingFront, frontWithin } from '../../../renderer/screens/fronts/shared/deviceFront.ts';
import { beginning, cloud, pointsOf } from './columns.ts';

describe('the limits of a study file', () => {
  it('are read device by device, budgets ascending', () => {
    expect(deviceLimits({ devices: [{ name: 'a', maxMs: 12 }, { name: 'b', budgetsMs: [20, 10] }, { name: 'c' }] })).toEqual([
      { maxMs: 12, budgetsMs: [] }, { maxMs: undefined, budgetsMs: [10, 20] }, { maxMs: undefined, budgetsMs: [] },
    ]);
  });

  it('are none for settings of any other shape', () => {
    expect(deviceLimits(null)).toEqual([]);
    expect(deviceLimits({ devices: 'pixel4' })).toEqual([]);
    expect(deviceLimits({ devices: [null] })).toEqual([{ maxMs: undefined, budgetsMs: [] }]);
  });
});

describe('the budget to begin with', () => {
  const latencyMs = Float32Array.of(3, NaN, 12.34);

  it("is the study's limit, else its largest budget", () => {
    expect(initialBudget({ maxMs: 8, budgetsMs: [5] }, latencyMs)).toBe(8);
    expect(initialBudget({ maxMs: undefined, budgetsMs: [5, 9] }, latencyMs)).toBe(9);
  });

  it('is a round number just beyond everything evaluated otherwise, and none before', () => {
    expect(initialBudget(undefined, latencyMs)).toBe(13);
    expect(initialBudget(undefined, Float32Array.of(NaN))).toBeNull();
  });

  it('rounds up to two digits and leaves round numbers', () => {
    expect([4.74, 0.0231, 99.1, 12, 1000].map(roundedUp)).toEqual([4.8, 0.024, 100, 12, 1000]);
  });
});

describe('rows within budgets', () => {
  const [a, b] = [Float32Array.of(1, 2, 3, NaN), Float32Array.of(9, 5, 1, 1)];

  it('keep all of them or one of them, and a row of unknown latency keeps none', () => {
    const columns = [{ latencyMs: a, budgetMs: 2 }, { latencyMs: b, budgetMs: 5 }];
    expect([...withinAll(columns, 4)]).toEqual([0, 1, 0, 0]);
    expect([...withinAny(columns, 4)]).toEqual([1, 1, 1, 1]);
    expect(countOf(withinAll([{ latencyMs: a, budgetMs: null }], 4))).toBe(3);
  });

  it('include a latency that is exactly the budget', () => {
    expect([...withinAll([{ latencyMs: a, budgetMs: 3 }], 4)]).toEqual([1, 1, 1, 0]);
  });

  it('leave gaps in a column where they do not keep them', () => {
    expect([...maskedColumn(a, Uint8Array.of(1, 0, 1, 1))]).toEqual([1, NaN, 3, NaN]);
  });
});

describe('the front of a study that grows', () => {
  const columns = cloud(500);

  it('is at every length the Pareto front that core/search finds', () => {
    const growing = new GrowingFront();
    for (const count of [0, 1, 40, 40, 333, 500]) {
      const part = beginning(columns, count);
      const expected = paretoFront(pointsOf(part));
      expect(growing.of(part).map((row) => part.latencyMs[row])).toEqual(expected.map(({ latencyMs }) => latencyMs));
    }
  });

  it('starts afresh with other columns', () => {
    const growing = new GrowingFront();
    growing.of(columns);
    const other = cloud(500, 2);
    expect(growing.of(other)).toEqual(new GrowingFront().of(other));
  });

  it('ends at the budget with its best member', () => {
    const whole = new GrowingFront().of(columns);
    const within = frontWithin(columns, whole, 4, { latencyMs: 10, value: 0.1 });
    const expected = paretoFront(pointsOf(columns).filter(({ latencyMs }) => latencyMs <= 4));
    expect(within.rows).toHaveLength(expected.length);
    expect(columns.value[within.best ?? -1]).toBe(expected.at(-1)?.value);
    expect(frontWithin(columns, whole, 0.5, null)).toEqual({ rows: [], hypervolume: null, best: null });
  });

  it('has the hypervolume of rectangles that can be counted by hand', () => {
    const two = { latencyMs: Float32Array.of(1, 2), value: Float64Array.of(0.25, 0.5) };
    // 1 ms to 2 ms at 0.25, then 2 ms to 4 ms at 0.5.
    expect(frontWithin(two, [0, 1], null, { latencyMs: 4, value: 0 }).hypervolume).toBeCloseTo(0.25 + 1, 12);
  });
});
