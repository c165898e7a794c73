import { describe, expect, it } from 'vitest';
import { filterLog, jobEntry, logText, logTime, mergeLogs, noteEntry } from '../../../renderer/screens/run/log.ts';
import type { LogLevel } from '../../../renderer/screens/run/log.ts';

const time = (second: number) => `2026-03-01T12:00:${String(second).padStart(2, '0')}.000Z`;
const said = (seq: number, second: number, text: string, level: LogLevel = 'info') => jobEntry({ seq, time: time(second), level, text });
const warned = (seq: number, second: number, message: string) => noteEntry({ kind: 'warning', code: 'w', message, seq, time: time(second) });

describe('the log of a run', () => {
  it('tells by time what the job said and what the study noted', () => {
    const merged = mergeLogs([said(1, 1, 'one'), said(2, 5, 'three')], [warned(1, 3, 'two'), warned(2, 9, 'four')]);
    expect(merged.map(({ text }) => text)).toEqual(['one', 'two', 'three', 'four']);
  });

  it('tells once what both the job and the study tell', () => {
    const failed = noteEntry({ kind: 'failed', code: 'disk-full', message: 'The disk is full.', seq: 2, time: time(8) });
    const merged = mergeLogs([said(1, 3, 'Two images were skipped.', 'warning'), said(2, 8, 'The disk is full.', 'error')], [warned(1, 3, 'Two images were skipped.'), failed]);
    expect(merged.map(({ key }) => key)).toEqual(['study 1', 'study 2']);
    expect(merged[1].text).toBe('The disk is full. (disk-full)');
  });

  it('leaves to the job what both tell in words of their own, and keeps the history of earlier sessions', () => {
    const begun = (second: number) => noteEntry({ kind: 'phase-started', phase: 'training', totalSteps: 5, seq: second, time: time(second) });
    const merged = mergeLogs([said(1, 20, 'Training the supernet')], [begun(2), warned(9, 21, 'Careful.'), begun(22)]);
    expect(merged.map(({ text }) => text)).toEqual(['Training begins (5 steps).', 'Training the supernet', 'Careful.']);
  });

  it('keeps what is said again later', () => {
    expect(mergeLogs([said(1, 30, 'Again.')], [warned(1, 3, 'Again.')])).toHaveLength(2);
  });

  it('is filtered by level and by all words of a query', () => {
    const entries = [said(1, 1, 'Reading images'), said(2, 2, 'Skipped images', 'warning'), said(3, 3, 'Failed', 'error')];
    const texts = (levels: LogLevel[], query: string) => filterLog(entries, new Set(levels), query).map(({ text }) => text);
    expect(texts(['info', 'warning', 'error'], '')).toHaveLength(3);
    expect(texts(['warning', 'error'], '')).toEqual(['Skipped images', 'Failed']);
    expect(texts(['info', 'warning', 'error'], 'IMAGES skip')).toEqual(['Skipped images']);
  });

  it('is copied with times and levels', () => {
    expect(logText([said(1, 1, 'one'), said(2, 2, 'two', 'warning')])).toBe(`${time(1)} INFO one\n${time(2)} WARNING two`);
  });

  it('shows the day of an entry only when it is another one', () => {
    const noon = new Date(2026, 2, 1, 12, 0, 5).getTime();
    expect(logTime(noon, noon + 1000)).toBe('12:00:05');
    expect(logTime(noon, noon + 86_400_000)).toBe('1 Mar 12:00:05');
  });
});
