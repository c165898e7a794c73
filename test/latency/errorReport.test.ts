import { describe, expect, it } from 'vitest';
import { errorReport, kendallTau } from '../../core/latency/errorReport.ts';

describe('an error report', () => {
  it('follows the definitions, counted by hand', () => {
    const report = errorReport([10, 20, 50, 100], [10.05, 19.6, 52, 88]);
    expect(report.mapePercent).toBeCloseTo((0.5 + 2 + 4 + 12) / 4, 9);
    expect(report.rmspePercent).toBeCloseTo(Math.sqrt((0.25 + 4 + 16 + 144) / 4), 9);
    expect(report.biasPercent).toBeCloseTo((0.5 - 2 + 4 - 12) / 4, 9);
    expect(report.worstPercent).toBeCloseTo(12, 9);
    expect(report.withinPercent).toEqual({ 1: 25, 3: 50, 5: 75, 10: 75 });
    expect(report.kendallTau).toBe(1);
  });
});

describe('Kendall\'s tau', () => {
  it('counts pairs in order minus pairs out of order', () => {
    expect(kendallTau([1, 2, 3, 4], [4, 3, 2, 1])).toBe(-1);
    expect(kendallTau([1, 2, 3, 4], [1, 2, 4, 3])).toBeCloseTo(4 / 6, 12);
  });

  it('corrects for ties as tau-b does', () => {
    // 5 pairs are untied in a, 5 in b, 4 in both and all in agreement: 4 / sqrt(5 x 5).
    expect(kendallTau([1, 1, 2, 3], [1, 2, 3, 3])).toBeCloseTo(4 / 5, 12);
  });
});
