import { describe, expect, it } from 'vitest';
import { Random } from '../../core/base/random.ts';
import { conformalQuantile } from '../../core/latency/conformal.ts';

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
