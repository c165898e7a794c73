import { describe, expect, it } from 'vitest';
import { Random } from '../../core/base/random.ts';
import { conformalQuantile, pooledQuantile } from '../../core/latency/conformal.ts';

describe('the conformal quantile', () => {
  it('is the ceil((n + 1) coverage)-th smallest score', () => {
    const scores = [9, 1, 8, 2, 7, 3, 6, 4, 5];
    expect(conformalQuantile(scores, 0.8)).toBe(8);
    expect(conformalQuantile(scores, 0.9)).toBe(9);
  });

  it('promises nothing when there are too few scores', () => {
    expect(conformalQuantile([1, 2, 3, 4, 5, 6, 7, 8], 0.9)).toBe(Infinity);
  });

  it('covers fresh scores with the probability asked for, whatever their distribution', () => {
    const random = new Random('coverage');
    const draw = () => Math.exp(random.normal());
    let covered = 0;
    const repeats = 4000;
    for (let i = 0; i < repeats; i++) {
      const quantile = conformalQuantile(Array.from({ length: 19 }, draw), 0.9);
      if (draw() <= quantile) covered++;
    }
    // Exactly 18 / 20 in expectation; four standard errors of 4000 trials are 1.9 %.
    expect(covered / repeats).toBeGreaterThan(0.9 - 0.019);
    expect(covered / repeats).toBeLessThan(0.9 + 0.019);
  });
});

describe('the quantile of scores together with expected ones', () => {
  it('is that of the normal distribution without scores, and the conformal one with very many', () => {
    // Tables of the normal distribution: 90 % of values are within 1.6449 deviations.
    expect(pooledQuantile([], 0.9, 20)).toBeCloseTo(1.6449, 3);
    const random = new Random('many');
    const scores = Array.from({ length: 20_000 }, () => 3 * random.uniform());
    expect(pooledQuantile(scores, 0.9, 20)).toBeCloseTo(conformalQuantile(scores, 0.9), 2);
  });

  it('covers fresh scores about as often as asked for from three scores on, when these are as expected', () => {
    const random = new Random('few');
    const draw = () => Math.abs(random.normal());
    for (const count of [3, 10, 40]) {
      let covered = 0;
      const repeats = 1000;
      for (let i = 0; i < repeats; i++) if (draw() <= pooledQuantile(Array.from({ length: count }, draw), 0.9, 20)) covered++;
      // Four standard errors of 1000 trials are 3.8 %.
      expect(covered / repeats).toBeGreaterThan(0.9 - 0.04);
      expect(covered / repeats).toBeLessThan(0.9 + 0.04);
    }
  });

  it('grows when the scores are larger than expected, and is finite for any number of them', () => {
    expect(pooledQuantile([5, 6, 7], 0.9, 20)).toBeGreaterThan(pooledQuantile([1, 1, 1], 0.9, 20));
    expect(pooledQuantile([50], 0.9, 20)).toBeLessThan(50);
    expect(pooledQuantile(Array.from({ length: 100 }, () => 50), 0.9, 20)).toBe(50);
  });
});
