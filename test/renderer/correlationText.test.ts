import { describe, expect, it } from 'vitest';
import type { Agreement, CorrelatedRanking, Estimate } from '../../core/api/contract/types.ts';
import { baseName, byTau, figureText, gainText, rangeText, scoringTime, verdictOf } from '../../renderer/screens/correlation/correlationText.ts';

const estimate = (value: number | null, low = value, high = value): Estimate =>
  ({ value, interval: low === null || high === null ? null : { low, high } });

describe('the words of a comparison', () => {
  it('has figures with a real minus sign, and a dash where there is none', () => {
    expect([0.3484, -0.107, null].map((value) => figureText(estimate(value)))).toEqual(['0.348', '−0.107', '–']);
    expect([0.039, 0, -0.034, null].map((value) => gainText(estimate(value)))).toEqual(['+0.039', '0.000', '−0.034', '–']);
    expect(rangeText(estimate(0.1, -0.25, 0.4))).toBe('−0.25 to 0.40');
    expect(rangeText(estimate(null))).toBe('');
  });

  it('calls a difference better or worse only when its whole interval is', () => {
    expect(verdictOf(estimate(0.1, 0.01, 0.2))).toBe('better');
    expect(verdictOf(estimate(0.1, -0.01, 0.2))).toBe('open');
    expect(verdictOf(estimate(0.1, 0, 0.2))).toBe('open');
    expect(verdictOf(estimate(-0.1, -0.2, -0.01))).toBe('worse');
    expect(verdictOf(estimate(null))).toBe('open');
  });

  it('lists the best first and those without a figure last', () => {
    const ranking = (id: string, tau: number | null) => ({ id, mean: { tau: estimate(tau) } as Agreement }) as CorrelatedRanking;
    const rankings = [ranking('none', null), ranking('poor', -0.9), ranking('good', 0.5)];
    expect(byTau(rankings, ({ mean }) => mean).map(({ id }) => id)).toEqual(['good', 'poor', 'none']);
  });

  it('has times and names as people say them', () => {
    expect([0.83, 412, 42_700, 324_000, null].map(scoringTime)).toEqual(['0.8 ms', '412 ms', '43 s', '5.4 min', '–']);
    expect([baseName('/data/a.csv'), baseName('C:\\data\\b.json')]).toEqual(['a.csv', 'b.json']);
  });
});
