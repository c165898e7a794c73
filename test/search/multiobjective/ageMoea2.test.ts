import { describe, expect, it } from 'vitest';
import { Random } from '../../../core/base/random.ts';
import { ageMoea2Survival } from '../../../core/search/multiobjective/ageMoea2.ts';
import { fittedExponent, normalisation } from '../../../core/search/multiobjective/frontGeometry.ts';

const at = (...objectives: number[]) => ({ objectives, violation: 0 });

/** Points of x^p + y^p = 1. */
const curve = (p: number, count: number) => Array.from({ length: count }, (_, i) => {
  const x = i / (count - 1);
  return [x, (1 - x ** p) ** (1 / p)];
});

describe('the geometry of a front', () => {
  it.each([0.5, 1, 2, 5])('is recovered from points of x^p + y^p = 1 with p = %d', (p) => {
    const front = curve(p, 41);
    const { ideal, scale, corners } = normalisation(front);
    expect(ideal).toEqual([0, 0]);
    for (const value of scale) expect(value).toBeCloseTo(1, 12);
    expect([...corners].sort((a, b) => a - b)).toEqual([0, 40]);
    expect(fittedExponent(front, corners)).toBeCloseTo(p, 4);
  });

  it('does not depend on the units of the objectives', () => {
    const front = curve(2, 21).map(([x, y]) => [100 + 40 * x, -3 + 0.01 * y]);
    const { ideal, scale } = normalisation(front);
    expect(ideal).toEqual([100, -3]);
    expect(scale[0]).toBeCloseTo(40, 9);
    expect(scale[1]).toBeCloseTo(0.01, 9);
  });

  it('falls back to the range where objectives go together, so that no plane meets all axes', () => {
    const front = curve(2, 21).map(([x, y]) => [x, y, y]);
    const { scale, corners } = normalisation(front);
    expect(scale).toEqual([1, 1, 1]);
    // The ends of the curve, best in one objective or in the two others.
    expect(corners).toEqual(expect.arrayContaining([0, 20]));
  });

  it('divides an objective in which all are equal by 1', () => {
    expect(normalisation([[0, 7, 1], [1, 7, 0], [0.5, 7, 0.5]]).scale[1]).toBe(1);
  });
});

describe('the survival of AGE-MOEA-II', () => {
  const select = (points: readonly number[][], count: number) =>
    ageMoea2Survival().select(points.map((point) => at(...point)), count, new Random(0))
      .map(({ objectives }) => objectives);

  it('thins a crowded front out evenly, ends included', () => {
    // 81 points on a circle, three quarters of them crowded into its first third.
    const angles = [
      ...Array.from({ length: 60 }, (_, i) => (i / 60) * (Math.PI / 6)),
      ...Array.from({ length: 21 }, (_, i) => Math.PI / 6 + (i / 20) * (Math.PI / 3)),
    ];
    const kept = select(angles.map((a) => [Math.cos(a), Math.sin(a)]), 10)
      .map(([x, y]) => Math.atan2(y, x)).sort((a, b) => a - b);
    expect(kept[0]).toBe(0);
    expect(kept[9]).toBeCloseTo(Math.PI / 2, 12);
    const gaps = kept.slice(1).map((angle, i) => angle - kept[i]);
    // Even gaps would be a ninth of the quarter circle; greedy halving leaves at most a factor of two either way.
    expect(Math.max(...gaps)).toBeLessThan((2 * Math.PI) / 2 / 9);
    expect(Math.min(...gaps)).toBeGreaterThan(Math.PI / 2 / 9 / 2.5);
  });

  it('keeps the best of each objective where several latencies go together', () => {
    const random = new Random('phones');
    const points = Array.from({ length: 100 }, (_, i) => {
      const size = i / 99;
      return [(1 - size) ** 2, ...[1, 2, 3].map((k) => k * (size + 0.003 * random.uniform()))];
    });
    const kept = select(points, 12);
    for (let k = 0; k < 4; k++) {
      expect(Math.min(...kept.map((point) => point[k]))).toBe(Math.min(...points.map((point) => point[k])));
    }
  });

  it('orders later fronts by closeness to the ideal point', () => {
    expect(select([[4, 4], [0, 1], [1, 0], [3.9, 2], [2, 3]], 4).slice(2)).toEqual([[2, 3], [3.9, 2]]);
  });

  it.each([
    ['equal candidates', [[1, 2, 3], [1, 2, 3], [1, 2, 3], [1, 2, 3]]],
    ['one objective', [[3], [1], [2], [1]]],
    ['one candidate for five objectives', [[1, 2, 3, 4, 5]]],
    ['fewer candidates than objectives', [[1, 2, 3, 4], [2, 1, 4, 3]]],
  ])('copes with %s', (_, points) => {
    const kept = select(points, 2);
    expect(kept).toHaveLength(Math.min(2, points.length));
    expect(points).toEqual(expect.arrayContaining(kept));
  });

  it('takes the least violation where nothing is feasible', () => {
    const population = [3, 1, 2].map((violation) => ({ objectives: [violation, 1], violation }));
    expect(ageMoea2Survival().select(population, 2, new Random(0)).map(({ violation }) => violation)).toEqual([1, 2]);
  });
});
