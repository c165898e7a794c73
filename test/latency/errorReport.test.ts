import { describe, expect, it } from 'vitest';
import { errorReport } from '../../core/latency/errorReport.ts';

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
