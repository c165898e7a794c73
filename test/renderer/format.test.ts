import { describe, expect, it } from 'vitest';
import {
  formatAgo, formatBytes, formatCount, formatDate, formatDelta, formatDuration, formatHuge, formatMacs, formatMs, formatPercent, formatTimeLeft, significant,
} from '../../renderer/format/index.ts';

describe('numbers', () => {
  it('keep three significant digits, also where rounding adds one', () => {
    expect([0, 0.012345, 1.2345, 9.999, 12.345, 99.96, 123.45, 1234.6].map((value) => significant(value)))
      .toEqual(['0', '0.0123', '1.23', '10.0', '12.3', '100', '123', '1235']);
    expect(significant(Number.NaN)).toBe('–');
  });

  it('name MACs by thousands', () => {
    expect([0, 950, 37_500_000, 284_000_000, 999_900_000, 1_234_000_000].map((macs) => formatMacs(macs)))
      .toEqual(['0', '950', '37.5 M', '284 M', '1.00 G', '1.23 G']);
    expect(formatMacs(284e6, { unit: true })).toBe('284 MMACs');
    expect(formatMacs(undefined)).toBe('–');
  });

  it('name sizes by 1024s', () => {
    expect([512, 1024, 5_242_880, 1_099_511_627_776].map(formatBytes)).toEqual(['512 B', '1.00 KiB', '5.00 MiB', '1.00 TiB']);
  });

  it('leave latencies in milliseconds, the unit of budgets', () => {
    expect([0.8412, 12.345, 1240.4].map((ms) => formatMs(ms))).toEqual(['0.841 ms', '12.3 ms', '1,240 ms']);
    expect(formatMs(12.345, { unit: false })).toBe('12.3');
  });

  it('write percent, counts, powers of ten and differences', () => {
    expect(formatPercent(0.7431)).toBe('74.3 %');
    expect(formatPercent(null)).toBe('–');
    expect(formatCount(200_000)).toBe('200,000');
    expect(formatHuge(1.1e16)).toBe('1.1 × 10¹⁶');
    expect(formatHuge(999_999)).toBe('999,999');
    expect([0.82, -1.24, 0.01].map((value) => formatDelta(value))).toEqual(['+0.8', '−1.2', '±0.0']);
  });
});

describe('times', () => {
  it('say durations in two units at most', () => {
    expect([0.8, 42, 59.7, 200, 7500, 86_400 * 3 + 3600 * 4].map(formatDuration))
      .toEqual(['0.8 s', '42 s', '1 min 00 s', '3 min 20 s', '2 h 05 min', '3 d 4 h']);
    expect(formatDuration(-1)).toBe('–');
  });

  it('say time left coarsely', () => {
    expect([30, 200, 5400, 200_000].map(formatTimeLeft))
      .toEqual(['less than a minute left', 'about 3 min left', 'about 1.5 h left', 'about 2 days left']);
    expect(formatTimeLeft(null)).toBe('');
  });

  it('say how long ago something was by the calendar', () => {
    const now = new Date(2026, 2, 14, 10, 0, 0);
    expect(formatAgo(new Date(2026, 2, 14, 9, 59, 30), now)).toBe('just now');
    expect(formatAgo(new Date(2026, 2, 14, 9, 55, 0), now)).toBe('5 min ago');
    expect(formatAgo(new Date(2026, 2, 14, 7, 0, 0), now)).toBe('3 h ago');
    expect(formatAgo(new Date(2026, 2, 13, 23, 0, 0), now)).toBe('yesterday');
    expect(formatAgo(new Date(2026, 2, 10, 9, 0, 0), now)).toBe('4 days ago');
    expect(formatAgo(new Date(2026, 0, 12), now)).toBe('12 Jan');
    expect(formatDate(new Date(2025, 0, 12), now)).toBe('12 Jan 2025');
    expect(formatAgo('not a date', now)).toBe('–');
  });
});
