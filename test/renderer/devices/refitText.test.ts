import { describe, expect, it } from 'vitest';
import { refitRows, refitWarning, refitWords, studiesWords } from '../../../renderer/screens/devices/refit/refitText.ts';

const before = { mapePercent: 3, worstPercent: 8, networks: 30, intervalPercent: 5.9 };
const after = { mapePercent: 2.5, worstPercent: 7, networks: 38, intervalPercent: 5.2 };
const comparison = { networks: 8, before: { mapePercent: 23.4, worstPercent: 27 }, after: { mapePercent: 3.21, worstPercent: 6 } };

describe('a refit beside the present model', () => {
  it('is compared on the same networks first, and the smaller error is the better one where it shows', () => {
    const rows = refitRows({ before, after, comparison });
    expect(rows.map((row) => [row.before, row.after, row.better])).toEqual([
      ['23.4 %', '3.2 %', 'after'], ['27.0 %', '6.0 %', 'after'], ['3.0 %', '2.5 %', 'after'], ['5.9 %', '5.2 %', 'after'],
    ]);
    expect(refitRows({ before, after: { ...after, mapePercent: 3.01 }, comparison: null })[0].better).toBeNull();
  });

  it('warns where it errs more on what was measured since, and only there', () => {
    expect(refitWarning({ before, after, comparison })).toBe('');
    expect(refitWarning({ before, after, comparison: null })).toBe('');
    const worse = { ...comparison, after: { mapePercent: 30, worstPercent: 40 } };
    expect(refitWarning({ before, after, comparison: worse })).toMatch(/^The refit errs more/);
    expect(refitWarning({ before, after, comparison: { ...comparison, after: { ...comparison.before, mapePercent: 23.401 } } })).toBe('');
  });

  it('says what it rests on, and who goes on with the present model', () => {
    expect(refitWords({ added: 1, isFromMeasurements: false })).toBe('1 measurement is added; the present model stands for what it was fitted to.');
    expect(refitWords({ added: 8, isFromMeasurements: true })).toBe('All that the present model was fitted to and 8 measurements more are fitted anew.');
    expect(studiesWords(['a', 'b', 'c', 'd'])).toBe('a, b, c and 1 more use the present model.');
    expect(studiesWords([])).toBe('No study of your library uses the present model.');
  });
});
