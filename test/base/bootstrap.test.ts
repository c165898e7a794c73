import { describe, expect, it } from 'vitest';
import { bootstrapInterval } from '../../core/base/bootstrap.ts';
import { Random } from '../../core/base/random.ts';

const meanOf = (values: readonly number[]) => (indices: readonly number[]) => indices.reduce((sum, i) => sum + values[i], 0) / indices.length;

describe('a bootstrap interval', () => {
  it('of a mean is about the mean and 1.96 standard errors on both sides', () => {
    const random = new Random('values');
    const values = Array.from({ length: 400 }, () => random.normal());
    const mean = meanOf(values)([...values.keys()]);
    const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
    const { low, high } = bootstrapInterval(values.length, meanOf(values), { random: new Random(1), resamples: 4000 })!;
    // The quantiles of 4000 draws are known to about 4 % of the half width.
    const half = 1.96 * deviation / 20;
    expect(Math.abs(low - (mean - half))).toBeLessThan(0.1 * half);
    expect(Math.abs(high - (mean + half))).toBeLessThan(0.1 * half);
  });

  it('has the exact quantiles where the draws can be counted', () => {
    // Of two observations 0 and 1, the mean of a draw is 0, 1/2 and 1 with probability 1/4, 1/2, 1/4.
    const options = { resamples: 4000, level: 0.4 };
    expect(bootstrapInterval(2, meanOf([0, 1]), { ...options, random: new Random(1) })).toEqual({ low: 0.5, high: 0.5 });
    expect(bootstrapInterval(2, meanOf([0, 1]), { ...options, level: 0.6, random: new Random(1) })).toEqual({ low: 0, high: 1 });
  });

  it('leaves out draws without a value, and is the same for a seed', () => {
    const sometimes = (indices: readonly number[]) => indices[0] === 0 ? NaN : 7;
    expect(bootstrapInterval(3, sometimes, { random: new Random(1), resamples: 100 })).toEqual({ low: 7, high: 7 });
    expect(bootstrapInterval(3, () => NaN, { random: new Random(1), resamples: 100 })).toBeUndefined();
    const once = () => bootstrapInterval(5, meanOf([1, 4, 2, 8, 5]), { random: new Random('same'), resamples: 50 });
    expect(once()).toEqual(once());
  });
});
