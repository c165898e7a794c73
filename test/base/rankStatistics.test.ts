import { describe, expect, it } from 'vitest';
import { Random } from '../../core/base/random.ts';
import { kendallTau, midRanks, spearmanRho } from '../../core/base/rankStatistics.ts';

/** The definition, pair by pair. */
function tauByPairs(a: readonly number[], b: readonly number[]): number {
  let agreement = 0;
  let untiedA = 0;
  let untiedB = 0;
  for (let i = 0; i < a.length; i++) {
    for (let j = 0; j < i; j++) {
      const [signA, signB] = [Math.sign(a[i] - a[j]), Math.sign(b[i] - b[j])];
      agreement += signA * signB;
      untiedA += signA * signA;
      untiedB += signB * signB;
    }
  }
  return agreement / Math.sqrt(untiedA * untiedB);
}

describe("Kendall's tau-b", () => {
  it('is 1 for the same order, -1 for the opposite, and counts discordant pairs in between', () => {
    expect(kendallTau([1, 2, 3, 4], [10, 20, 30, 40])).toBe(1);
    expect(kendallTau([1, 2, 3, 4], [4, 3, 2, 1])).toBe(-1);
    expect(kendallTau([1, 2, 3, 4], [1, 2, 4, 3])).toBeCloseTo(4 / 6, 12);
  });

  it('corrects for ties', () => {
    // Six pairs, four concordant, one tied on each side: 4 / sqrt(5 * 5).
    expect(kendallTau([1, 1, 2, 3], [1, 2, 3, 3])).toBeCloseTo(4 / 5, 12);
  });

  it('agrees with the definition on values of any number with many ties', () => {
    const random = new Random(3);
    for (const count of [2, 3, 7, 64, 129]) {
      const draw = () => Array.from({ length: count }, (_, i) => (i < 2 ? i : random.integer(10)));
      const [a, b] = [draw(), draw()];
      expect(kendallTau(a, b)).toBeCloseTo(tauByPairs(a, b), 12);
    }
  });

  it('is not a number when one side is constant', () => {
    expect(kendallTau([1, 1, 1], [1, 2, 3])).toBeNaN();
  });
});

describe("Spearman's rho", () => {
  it('is 1 - 6 sum(d^2) / (n (n^2 - 1)) without ties', () => {
    // Differences of ranks 0, 1, 1, 1, 1: 1 - 6 * 4 / (5 * 24).
    expect(spearmanRho([1, 2, 3, 4, 5], [10, 30, 20, 50, 40])).toBeCloseTo(1 - 24 / 120, 12);
  });

  it('lets equal values share the mean of their ranks', () => {
    expect(midRanks([5, 1, 5, 0])).toEqual([3.5, 2, 3.5, 1]);
    // Ranks 1.5 1.5 3 and 1 2 3, centred: (-0.5 -0.5 1) . (-1 0 1) / sqrt(1.5 * 2).
    expect(spearmanRho([1, 1, 2], [1, 2, 3])).toBeCloseTo(1.5 / Math.sqrt(3), 12);
  });
});
