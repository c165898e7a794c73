import { describe, expect, it } from 'vitest';
import { symmetricBeta } from '../../core/base/beta.ts';
import { Random } from '../../core/base/random.ts';

const draws = (alpha: number, count: number) => {
  const random = new Random(`beta ${alpha}`);
  return Array.from({ length: count }, () => symmetricBeta(random, alpha));
};
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

describe('numbers from a symmetric beta distribution', () => {
  // Var = 1 / (4 (2 a + 1)), fourth central moment = 3 / (16 (2 a + 1) (2 a + 3)); both of Beta(a, a).
  it.each([0.01, 0.2, 0.5, 1, 2.5, 20])('have the moments of Beta(%d, %d)', (alpha) => {
    const count = 40_000;
    const values = draws(alpha, count);
    const variance = 1 / (4 * (2 * alpha + 1));
    const fourth = 3 / (16 * (2 * alpha + 1) * (2 * alpha + 3));
    // Four standard errors of each estimate.
    expect(Math.abs(mean(values) - 0.5)).toBeLessThan(4 * Math.sqrt(variance / count));
    const measured = mean(values.map((value) => (value - 0.5) ** 2));
    expect(Math.abs(measured - variance)).toBeLessThan(4 * Math.sqrt((fourth - variance ** 2) / count));
    expect(values.every((value) => value >= 0 && value <= 1)).toBe(true);
  });

  it('are even for alpha = 1 and follow the arcsine law for alpha = 1/2', () => {
    const below = (alpha: number, limit: number) => draws(alpha, 20_000).filter((value) => value < limit).length / 20_000;
    // P(x < t) = t, and 2 / pi asin(sqrt(t)); the standard error is at most 0.0035.
    for (const limit of [0.1, 0.5, 0.8]) {
      expect(Math.abs(below(1, limit) - limit)).toBeLessThan(0.014);
      expect(Math.abs(below(0.5, limit) - 2 / Math.PI * Math.asin(Math.sqrt(limit)))).toBeLessThan(0.014);
    }
  });

  it('are the same for the same state of the generator', () => {
    expect(draws(0.01, 20)).toEqual(draws(0.01, 20));
  });
});
