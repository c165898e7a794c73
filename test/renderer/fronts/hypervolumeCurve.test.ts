import { describe, expect, it } from 'vitest';
import { hypervolume } from '../../../core/search/indicators.ts';
import { GrowingCurve } from '../../../renderer/screens/fronts/shared/hypervolumeCurve.ts';
import { beginning, cloud, pointsOf } from './columns.ts';

describe('the hypervolume over evaluations', () => {
  const columns = cloud(300);
  const reference = { latencyMs: 8, value: 0.2 };
  const curve = new GrowingCurve().of(columns, reference);

  it('is at each of its steps that of everything evaluated by then', () => {
    for (const step of curve) {
      expect(step.hypervolume).toBeCloseTo(hypervolume(pointsOf(beginning(columns, step.evaluations)), reference), 9);
    }
  });

  it('misses no growth between its steps', () => {
    for (let i = 1; i < curve.length; i += 1) {
      const before = hypervolume(pointsOf(beginning(columns, curve[i].evaluations - 1)), reference);
      expect(before).toBeCloseTo(curve[i - 1].hypervolume, 9);
    }
  });

  it('reaches to the last evaluation', () => {
    expect(curve.at(-1)?.evaluations).toBe(300);
  });

  it('is flat at nothing where no point is better than the reference, and empty without evaluations', () => {
    expect(new GrowingCurve().of(columns, { latencyMs: 0.5, value: 0 })).toEqual([{ evaluations: 300, hypervolume: 0 }]);
    expect(new GrowingCurve().of(beginning(columns, 0), reference)).toEqual([]);
  });

  it('is the same whether the study came at once or grew, and starts afresh for another reference', () => {
    const growing = new GrowingCurve();
    for (const count of [0, 20, 20, 300]) {
      expect(growing.of(beginning(columns, count), reference)).toEqual(new GrowingCurve().of(beginning(columns, count), reference));
    }
    const other = { latencyMs: 5, value: 0.3 };
    expect(growing.of(columns, other)).toEqual(new GrowingCurve().of(columns, other));
  });
});
