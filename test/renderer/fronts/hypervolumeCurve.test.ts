import { describe, expect, it } from 'vitest';
import { hypervolume } from '../../../core/search/indicators.ts';
import { hypervolumeCurve } from '../../../renderer/screens/fronts/shared/hypervolumeCurve.ts';
import { beginning, cloud, pointsOf } from './columns.ts';

describe('the hypervolume over evaluations', () => {
  const columns = cloud(300);
  const reference = { latencyMs: 8, accuracy: 0.2 };
  const curve = hypervolumeCurve(columns, reference);

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
    expect(hypervolumeCurve(columns, { latencyMs: 0.5, accuracy: 0 })).toEqual([{ evaluations: 300, hypervolume: 0 }]);
    expect(hypervolumeCurve(beginning(columns, 0), reference)).toEqual([]);
  });
});
