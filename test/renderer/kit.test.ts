import { describe, expect, it } from 'vitest';
import { yamlTokens } from '../../renderer/kit/codeTokens.ts';
import { compareValues } from '../../renderer/kit/compareValues.ts';
import { sparklinePath } from '../../renderer/kit/sparkline.ts';

describe('YAML colouring', () => {
  it.each([
    '  imageSize: 32   # pixels', "name: 'it''s'", '- { name: pixel4, maxMs: 12.5 }', 'note: "a # b: c"', '', '\tx', 'a: "unclosed', 'url: http://x/y#z', 'é: ✓ true',
  ])('loses no character of %j', (line) => {
    expect(yamlTokens(line).map(({ text }) => text).join('')).toBe(line);
  });

  it('tells keys, numbers, texts, words and comments apart', () => {
    const kinds = (line: string): string[] => yamlTokens(line).filter(({ kind }) => kind !== 'plain').map(({ kind, text }) => `${kind} ${text}`);
    expect(kinds('  imageSize: 32   # pixels')).toEqual(['key imageSize', 'value 32', 'comment # pixels']);
    expect(kinds('- { name: pixel4, maxMs: 1.5e3 }')).toEqual(['key name', 'key maxMs', 'value 1.5e3']);
    expect(kinds('note: "a # b: c"')).toEqual(['key note', 'string "a # b: c"']);
    expect(kinds('distil: true')).toEqual(['key distil', 'word true']);
  });
});

describe('the order of table values', () => {
  it('is by size for numbers and as people sort texts', () => {
    expect([10, 9, -1].sort((a, b) => compareValues(a, b))).toEqual([-1, 9, 10]);
    expect(['T10', 't2', 'L1'].sort((a, b) => compareValues(a, b))).toEqual(['L1', 't2', 'T10']);
  });

  it('puts missing values last, in both directions', () => {
    const values = [null, 2, Number.NaN, 1];
    expect(values.toSorted((a, b) => compareValues(a, b)).slice(0, 2)).toEqual([1, 2]);
    expect(values.toSorted((a, b) => -compareValues(a, b, true)).slice(0, 2)).toEqual([2, 1]);
  });
});

describe('a sparkline', () => {
  it('goes from corner to corner for a rise', () => {
    expect(sparklinePath([0, 5, 10], 20, 10)).toBe('M0.0 10.0L10.0 5.0L20.0 0.0');
  });

  it('breaks where a value is missing and runs through the middle when flat', () => {
    expect(sparklinePath([0, Number.NaN, 10], 20, 10)).toBe('M0.0 10.0M20.0 0.0');
    expect(sparklinePath([3, 3], 20, 10)).toBe('M0.0 5.0L20.0 5.0');
    expect(sparklinePath([], 20, 10)).toBe('');
  });
});
