import { describe, expect, it } from 'vitest';
import { Random } from '../../core/base/random.ts';
import { nonNegativeLeastSquares } from '../../core/latency/nnls.ts';

describe('non-negative least squares', () => {
  it('finds the exact solution when there is a non-negative one', () => {
    const random = new Random('nnls');
    const solution = [0.5, 0, 3, 1e-3];
    const rows = Array.from({ length: 30 }, () => solution.map(() => random.uniform()));
    const targets = rows.map((row) => row.reduce((sum, a, j) => sum + a * solution[j], 0));
    nonNegativeLeastSquares(rows, targets).forEach((x, j) => expect(x).toBeCloseTo(solution[j], 8));
  });

  it('projects on the quadrant for orthonormal columns: x = max(0, b)', () => {
    const solution = nonNegativeLeastSquares([[1, 0, 0], [0, 1, 0], [0, 0, 1]], [2, -3, 0.5]);
    [2, 0, 0.5].forEach((x, j) => expect(solution[j]).toBeCloseTo(x, 9));
  });

  it('agrees with scipy.optimize.nnls (scipy 1.17.1)', () => {
    const rows = Array.from({ length: 9 }, (_, i) =>
      Array.from({ length: 4 }, (_, j) => (i * 7 + j * 3) % 11 + (i * j) % 5 - (j === 2 ? 3 : 0)));
    const solved: [number[], number[]][] = [
      [[40, 60, 50, 55, 48, 30, 44, 36, 52], [1.37771709, 2.17462871, 2.54368209, 2.01088018]],
      [[10, 40, 60, 20, 30, 50, 5, 45, 25], [0, 2.89924333, 3.35307978, 0]],
      [[3, -1, 4, 1, -5, 9, 2, 6, -5], [0, 0, 0.43333333, 0]],
    ];
    for (const [targets, expected] of solved) {
      nonNegativeLeastSquares(rows, targets).forEach((x, j) => expect(x).toBeCloseTo(expected[j], 6));
    }
  });

  it('does not depend on the units of the columns', () => {
    const rows = [[1, 2], [2, 1], [3, 5]];
    const [a, b] = nonNegativeLeastSquares(rows, [5, 4, 13]);
    const [large, small] = nonNegativeLeastSquares(rows.map(([p, q]) => [p * 1e9, q * 1e-9]), [5, 4, 13]);
    expect(large * 1e9).toBeCloseTo(a, 9);
    expect(small * 1e-9).toBeCloseTo(b, 9);
  });

  it('meets the conditions of an optimum: the gradient is zero where x is positive and nowhere negative', () => {
    const random = new Random('optimality');
    for (let round = 0; round < 20; round++) {
      const rows = Array.from({ length: 15 }, () => Array.from({ length: 8 }, () => random.normal()));
      const targets = rows.map(() => random.normal());
      const x = nonNegativeLeastSquares(rows, targets);
      const errors = rows.map((row, i) => row.reduce((sum, a, j) => sum + a * x[j], 0) - targets[i]);
      x.forEach((value, j) => {
        const gradient = rows.reduce((sum, row, i) => sum + row[j] * errors[i], 0);
        expect(value).toBeGreaterThanOrEqual(0);
        expect(gradient).toBeGreaterThan(-1e-9);
        if (value > 0) expect(Math.abs(gradient)).toBeLessThan(1e-9);
      });
      const started = nonNegativeLeastSquares(rows, targets, x.map(() => random.uniform() + 0.1));
      started.forEach((value, j) => expect(value).toBeCloseTo(x[j], 9));
    }
  });

  it('gives nothing to a column of zeros and stays finite with two equal columns', () => {
    const [x, y, z] = nonNegativeLeastSquares([[1, 1, 0], [2, 2, 0], [3, 3, 0]], [2, 4, 6]);
    expect(x + y).toBeCloseTo(2, 6);
    expect(z).toBe(0);
  });
});
