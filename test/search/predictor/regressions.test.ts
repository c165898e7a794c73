import { describe, expect, it } from 'vitest';
import { Random } from '../../../core/base/random.ts';
import { cholesky, inverseDiagonal, solveFactored } from '../../../core/search/predictor/cholesky.ts';
import { fitBestGaussianProcess, fitGaussianProcess } from '../../../core/search/predictor/gaussianProcess.ts';
import { fitBestRidge, fitRidge } from '../../../core/search/predictor/ridge.ts';

const draw = (random: Random, rows: number, columns: number) =>
  Array.from({ length: rows }, () => Array.from({ length: columns }, () => random.uniform()));
const without = <T>(values: readonly T[], i: number) => values.filter((_, j) => j !== i);

describe("Cholesky's factor", () => {
  // A = L L^T for L = [[2, 0], [1, 3]]; the inverse of A is [[10, -2], [-2, 4]] / 36.
  const lower = cholesky(Float64Array.of(4, 2, 2, 10), 2)!;

  it('is the one computed by hand, and solves', () => {
    expect([lower[0], lower[2], lower[3]]).toEqual([2, 1, 3]);
    expect([...solveFactored(lower, [8, 22])]).toEqual([1, 2]);
    expect(inverseDiagonal(lower, 2)[0]).toBeCloseTo(10 / 36, 12);
    expect(inverseDiagonal(lower, 2)[1]).toBeCloseTo(4 / 36, 12);
  });

  it('does not exist for a matrix that is not positive definite', () => {
    expect(cholesky(Float64Array.of(1, 2, 2, 1), 2)).toBeUndefined();
  });
});

describe('ridge regression', () => {
  it('satisfies the normal equations, with an intercept that goes through the means', () => {
    // One feature: slope = sum(x' y') / (sum(x'^2) + penalty) on centred data = 4 / (2 + 2), around (2, 5).
    const fit = fitRidge([[1], [2], [3]], [3, 5, 7], 2);
    expect(fit.predict([2])).toBeCloseTo(5, 12);
    expect(fit.predict([3])).toBeCloseTo(6, 12);
  });

  it('finds a linear function again', () => {
    const rows = draw(new Random(1), 40, 3);
    const fit = fitRidge(rows, rows.map(([a, b, c]) => 1 + 2 * a - 3 * b + c), 1e-9);
    expect(fit.predict([0.5, 0.5, 0.5])).toBeCloseTo(1, 6);
  });

  it('leaves examples out as a fit without them would', () => {
    const random = new Random(2);
    const rows = draw(random, 12, 2);
    const targets = rows.map(([a, b]) => a * b + 0.1 * random.normal());
    // The short cut keeps the centre of all examples, so it is exact where the penalty vanishes.
    const { leaveOneOut } = fitRidge(rows, targets, 1e-9);
    for (const i of rows.keys()) {
      expect(leaveOneOut[i]).toBeCloseTo(fitRidge(without(rows, i), without(targets, i), 1e-9).predict(rows[i]), 5);
    }
  });

  it('penalises more where there is only noise', () => {
    const random = new Random(3);
    const rows = draw(random, 30, 10);
    const fit = fitBestRidge(rows, rows.map(() => random.normal()));
    const spread = rows.map((row) => fit.predict(row));
    expect(Math.max(...spread) - Math.min(...spread)).toBeLessThan(2);
  });
});

describe('a Gaussian process', () => {
  const rows = draw(new Random(4), 25, 2);
  const targets = rows.map(([a, b]) => Math.sin(4 * a) + b * b);

  it('goes through its examples and is sure of them when they have no noise', () => {
    const fit = fitGaussianProcess(rows, targets, { lengthScale: 0.5, noise: 1e-10 });
    for (const [i, row] of rows.entries()) {
      expect(fit.predict(row)).toBeCloseTo(targets[i], 5);
      expect(fit.deviation(row)).toBeLessThan(1e-3);
    }
    expect(fit.deviation([5, 5])).toBeGreaterThan(0.1);
  });

  it('far from its examples falls back to their mean', () => {
    const fit = fitGaussianProcess(rows, targets, { lengthScale: 0.5, noise: 1e-3 });
    expect(fit.predict([100, 100])).toBeCloseTo(targets.reduce((sum, y) => sum + y, 0) / targets.length, 9);
  });

  it('is the closed form for one pair of examples', () => {
    // Targets +1 and -1 around mean 0 at similarity k: the weights are +-1 / (1 + noise - k).
    const fit = fitGaussianProcess([[0], [1]], [1, -1], { lengthScale: 1, noise: 0.5 });
    const a = Math.sqrt(5);
    const k = (1 + a + a * a / 3) * Math.exp(-a);
    expect(fit.predict([0])).toBeCloseTo((1 - k) / (1.5 - k), 12);
  });

  it('explains a smooth function that it was not fitted to', () => {
    const fit = fitBestGaussianProcess(rows, targets);
    for (const [a, b] of draw(new Random(5), 10, 2)) expect(fit.predict([a, b])).toBeCloseTo(Math.sin(4 * a) + b * b, 0);
    for (const [i, left] of Array.from(fit.leaveOneOut).entries()) expect(Math.abs(left - targets[i])).toBeLessThan(0.3);
  });
});
