import { describe, expect, it } from 'vitest';
import { Random } from '../../../core/base/random.ts';
import { realVariation } from '../../../core/search/multiobjective/realVariation.ts';

const draws = 20_000;
const settings = { crossoverProbability: 1, crossoverIndex: 15, mutationProbability: 1, mutationIndex: 20 };

describe('variation of reals', () => {
  it('samples and stays within the bounds, however close to them', () => {
    const lower = [0, -5, 1e6];
    const upper = [1e-9, 5, 1e6 + 1];
    const variation = realVariation(lower, upper, { ...settings, crossoverIndex: 0, mutationIndex: 0 });
    const random = new Random(1);
    for (let i = 0; i < 2000; i++) {
      const parents = [variation.sample(random), i % 2 ? lower : upper];
      const child = variation.mutate(variation.crossover(parents[0], parents[1], random), random);
      child.forEach((value, k) => {
        expect(value).toBeGreaterThanOrEqual(lower[k]);
        expect(value).toBeLessThanOrEqual(upper[k]);
      });
    }
  });

  it('recombines half of the variables, and these inside and outside of the parents equally often', () => {
    // Far from the bounds the spread factor is below 1 with probability one half (Deb and Agrawal, 1995).
    const variation = realVariation([-1e6], [1e6], settings);
    const random = new Random(2);
    let unchanged = 0;
    let inside = 0;
    for (let i = 0; i < draws; i++) {
      const [child] = variation.crossover([0], [1], random);
      if (child === 0 || child === 1) unchanged++;
      else if (child > 0 && child < 1) inside++;
    }
    expect(Math.abs(unchanged / draws - 0.5)).toBeLessThan(5 * Math.sqrt(0.25 / draws));
    expect(Math.abs(inside / draws - 0.25)).toBeLessThan(5 * Math.sqrt(0.1875 / draws));
  });

  it('mutates by 1 / (index + 2) of the range on average, in either direction', () => {
    // The integral of 1 - (2u)^(1 / (index + 1)) over u from 0 to 1/2, twice; bounds are too far to matter here.
    const variation = realVariation([0], [10], settings);
    const random = new Random(3);
    const steps = Array.from({ length: draws }, () => variation.mutate([5], random)[0] - 5);
    const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / draws;
    // The steps are nearly exponential, with a deviation as large as their mean.
    const bound = (5 * 10) / 22 / Math.sqrt(draws);
    expect(Math.abs(mean(steps.map(Math.abs)) - 10 / 22)).toBeLessThan(bound);
    expect(Math.abs(mean(steps))).toBeLessThan(Math.SQRT2 * bound);
  });

  it('leaves parents as they are', () => {
    const variation = realVariation([0, 0], [1, 1], settings);
    const parents = [Object.freeze([0.2, 0.3]), Object.freeze([0.8, 0.1])];
    expect(() => variation.mutate(variation.crossover(parents[0], parents[1], new Random(4)), new Random(5)))
      .not.toThrow();
  });

  it('refuses bounds that do not fit', () => {
    expect(() => realVariation([0, 1], [1, 1])).toThrow(RangeError);
    expect(() => realVariation([0], [1, 1])).toThrow(RangeError);
  });
});
