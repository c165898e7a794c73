import { describe, expect, it } from 'vitest';
import { chooseSize, isLargeEnough, scalingCandidates, type ScalingProblem } from '../../../core/search/autoScaling/autoScaling.ts';
import { grownSizes, roundHalfToEven } from '../../../core/search/autoScaling/growth.ts';
import { bestCandidate } from '../../../core/search/autoScaling/ranking.ts';
import { autoScalingSettingsSchema } from '../../../core/search/autoScaling/settings.ts';
import type { Measure } from '../../../core/search/measure.ts';
import type { StagedSize } from '../../../core/spaces/space.ts';

const measures: Measure[] = [{ name: 'length', better: 'higher' }, { name: 'ntk', better: 'lower' }];
const ratios = [1.05, 1.1, 1.15, 1.2];
const candidates = (rows: readonly (readonly [length: number, ntk: number])[], errors = [0, 0]) =>
  rows.map((row) => ({ estimates: row.map((mean, m) => ({ mean, standardError: errors[m] })) }));

describe('the sizes that a step of auto-scaling chooses from', () => {
  it('have one block more in one stage and widths rounded as by Python: 8, 9 and 10 from 8', () => {
    const sizes = grownSizes({ width: 8, depths: [1, 1, 1, 1] }, ratios);
    expect(sizes).toHaveLength(12);
    expect([...new Set(sizes.map(({ width }) => width))]).toEqual([8, 9, 10]);
    expect(sizes.every(({ depths }) => depths.reduce((sum, depth) => sum + depth, 0) === 5)).toBe(true);
  });

  it('reach width 29 in seven steps only by always taking the widest: 8, 10, 12, 14, 17, 20, 24, 29', () => {
    // asvit.md section 6: with the released ratios the one path to the width of As-ViT Base.
    let size: StagedSize = { width: 8, depths: [1, 1, 1, 1] };
    const widths = [size.width];
    for (let step = 0; step < 7; step++) {
      size = grownSizes(size, ratios).reduce((widest, one) => (one.width > widest.width ? one : widest));
      widths.push(size.width);
    }
    expect(widths).toEqual([8, 10, 12, 14, 17, 20, 24, 29]);
  });

  it('round halves to even', () => {
    expect([0.5, 1.5, 2.5, 3.5, 2.4999, 2.5001, 10].map(roundHalfToEven)).toEqual([0, 2, 2, 4, 2, 3, 10]);
  });

  it('leave out what is too large or refused, and say when nothing is left', () => {
    const problem: ScalingProblem = { measures, countParams: ({ width }) => width * 1e6, accepts: ({ depths }) => depths[3] === 1 };
    const settings = autoScalingSettingsSchema.parse({ dropAboveParams: 9.5e6, maxParams: 9e6 });
    const sizes = scalingCandidates(problem, { width: 8, depths: [1, 1, 1, 1] }, settings);
    expect(sizes).toHaveLength(6);
    expect(sizes.every(({ width, depths }) => width <= 9 && depths[3] === 1)).toBe(true);
    expect(isLargeEnough(problem, { width: 9, depths: [1] }, settings)).toBe(true);
    expect(isLargeEnough(problem, { width: 8, depths: [1] }, settings)).toBe(false);
    expect(() => scalingCandidates({ ...problem, accepts: () => false }, { width: 8, depths: [2, 1, 1, 1] }, settings)).toThrow(/width 8, depths 2, 1, 1, 1/);
  });
});

describe('the best candidate of a step', () => {
  it('has the smallest sum of ranks', () => {
    // Ranks by length 2, 0, 1 and by condition number 0, 1, 2.
    expect(bestCandidate(candidates([[1, 5], [3, 6], [2, 7]]), measures, 'corrected')).toBe(1);
    expect(bestCandidate(candidates([[1, 5], [3, 6], [2, 7]]), measures, 'released')).toBe(1);
  });

  it('is, in a tie that length decides, the shorter one where the release is followed and the longer one otherwise', () => {
    // Both have rank sum 1; the length differs by 9 of 10, the condition number by 1 of 6.
    const tied = candidates([[1, 5], [10, 6]]);
    expect(bestCandidate(tied, measures, 'released')).toBe(0);
    expect(bestCandidate(tied, measures, 'corrected')).toBe(1);
  });

  it('is, where the release is followed, never the third of three that are tied', () => {
    // Rank sums 2, 2 and 2; the condition number decides, and the third has the smallest.
    const tied = candidates([[3, 90], [2, 50], [1, 10]]);
    expect(bestCandidate(tied, measures, 'released')).toBe(1);
    expect(bestCandidate(tied, measures, 'corrected')).toBe(2);
  });

  it('is not chosen by differences within the noise', () => {
    // The second is twice as long beyond doubt, the third has a condition number that is lower by a third of an error.
    const noisy = candidates([[1, 5.0], [2, 5.2], [1.5, 4.9]], [0.01, 0.9]);
    expect(bestCandidate(noisy, measures, 'noise-aware')).toBe(1);
    expect(bestCandidate(candidates([[1, 5.0], [2, 5.2], [1.5, 4.9]], [0.01, 0.01]), measures, 'noise-aware')).toBe(2);
  });

  it('is one that could be measured', () => {
    const problem: ScalingProblem = { measures, countParams: () => 1, accepts: () => true };
    const settings = autoScalingSettingsSchema.parse({});
    const size = { width: 8, depths: [2, 1, 1, 1] };
    const valid = { size, params: 1, estimates: candidates([[1, 5]])[0].estimates };
    expect(chooseSize(problem, [{ size, params: 1, estimates: null }, valid], settings)).toBe(valid);
    expect(() => chooseSize(problem, [{ size, params: 1, estimates: null }], settings)).toThrow(/could be measured/);
  });
});
