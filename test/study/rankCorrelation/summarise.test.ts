import { describe, expect, it } from 'vitest';
import type { RankRecord } from '../../../core/study/rankCorrelation/record.ts';
import { summariseRanks } from '../../../core/study/rankCorrelation/summarise.ts';

const record = (subnets: [macs: number, inherited: number, retrained: number][]): RankRecord => ({
  format: 'pocketformer-rank-correlation', version: 1, seed: 1, steps: 10, supernetSteps: 10, images: 100,
  subnets: subnets.map(([macs, inherited, retrained], i) => ({ key: String(i), arch: {}, macs, inherited, retrained })),
});
const text = (summary: { remarks: readonly string[] }) => summary.remarks.join('\n');

describe('what two orders of subnets say', () => {
  it('is that inherited accuracy tells, where it agrees and MACs do not', () => {
    const macs = [5, 3, 8, 1, 7, 2, 6, 4];
    const summary = summariseRanks(record(macs.map((each, i) => [each, 0.1 * i, 0.1 * i + 0.05])));
    expect(summary.inherited.tau).toBe(1);
    expect(summary.inherited.interval).toEqual({ low: 1, high: 1 });
    // 13 pairs of the 28 are in order by hand, 15 are not.
    expect(summary.macs.tau).toBeCloseTo(-2 / 28, 12);
    expect(text(summary)).toMatch(/better than chance/);
    expect(text(summary)).not.toMatch(/MACs/);
  });

  it('is that nothing is shown while the interval includes 0', () => {
    const summary = summariseRanks(record([[1, 0.3, 0.5], [2, 0.5, 0.3], [3, 0.4, 0.6], [4, 0.6, 0.4]]));
    expect(summary.inherited.tau).toBeCloseTo(-2 / 6, 12);
    expect(summary.inherited.interval!.low).toBeLessThan(0);
    expect(text(summary)).toMatch(/includes 0.*4 subnets/);
  });

  it('is that size would do, where MACs order as well', () => {
    const summary = summariseRanks(record([1, 2, 3, 4, 5, 6].map((i) => [i, i / 10, i / 10])));
    expect(text(summary)).toMatch(/MACs alone/);
  });

  it('is that there is no order where nothing differs', () => {
    const summary = summariseRanks(record([[1, 0.1, 0.1], [2, 0.1, 0.1], [3, 0.1, 0.1]]));
    expect(summary.inherited.tau).toBeNaN();
    expect(text(summary)).toMatch(/no order/);
  });
});
