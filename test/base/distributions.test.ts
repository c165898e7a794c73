import { describe, expect, it } from 'vitest';
import { binomialUpperTail, studentQuantile, studentWithin } from '../../core/base/distributions.ts';

describe('the upper tail of a binomial distribution', () => {
  // Closed forms: P(X >= n) = p^n, P(X >= 1) = 1 - (1 - p)^n, P(X >= 0) = 1; by hand 3 p^2 (1 - p) + p^3 = 0.028 for n = 3, p = 0.1.
  it.each([
    [5, 5, 0.1, 0.1 ** 5], [1, 5, 0.1, 1 - 0.9 ** 5], [0, 5, 0.1, 1], [2, 3, 0.1, 0.028], [1, 1, 0, 0], [0, 4, 0, 1], [4, 4, 1, 1],
  ])('from %i of %i at %f is what its closed form says', (least, trials, probability, expected) => {
    expect(binomialUpperTail(least, trials, probability)).toBeCloseTo(expected, 12);
  });

  it('is symmetric in successes and failures', () => {
    for (let least = 1; least <= 20; least++) {
      expect(binomialUpperTail(least, 20, 0.3)).toBeCloseTo(1 - binomialUpperTail(20 - least + 1, 20, 0.7), 12);
    }
  });

  it('equals counting all outcomes of fair coins', () => {
    const trials = 10;
    const outcomes = Array.from({ length: 2 ** trials }, (_, bits) => bits.toString(2).replaceAll('0', '').length);
    for (let least = 0; least <= trials; least++) {
      expect(binomialUpperTail(least, trials, 0.5)).toBeCloseTo(outcomes.filter((heads) => heads >= least).length / 2 ** trials, 12);
    }
  });
});

describe("Student's t", () => {
  // Percentage points of the two-sided 95 % and 99 % columns that every table prints, e.g. NIST's e-Handbook, 1.3.6.7.2.
  it.each([
    [0.95, 1, 12.706], [0.95, 2, 4.303], [0.95, 4, 2.776], [0.95, 5, 2.571], [0.95, 30, 2.042], [0.99, 3, 5.841], [0.99, 10, 3.169],
  ])('at %f with %i degrees of freedom is the value in the tables', (probability, degrees, expected) => {
    expect(studentQuantile(probability, degrees)).toBeCloseTo(expected, 3);
  });

  it("is Cauchy's distribution with one degree of freedom", () => {
    for (const t of [0, 0.3, 1, 7]) expect(studentWithin(t, 1)).toBeCloseTo(2 / Math.PI * Math.atan(t), 12);
  });
});
