import { describe, expect, it } from 'vitest';
import { parseAmount, parseRange } from '../../core/cli/amounts.ts';

describe('Amounts', () => {
  it.each([
    ['64899104', 64_899_104], ['100e6', 100e6], ['1E3', 1000], ['100M', 100e6], ['1.5G', 1.5e9], ['1.5g', 1.5e9], ['250k', 250e3],
    ['.5M', 500e3], ['0', 0],
  ])('are read as people write them: %s', (text, value) => expect(parseAmount(text)).toBe(value));

  it.each(['', 'M', '-1', '1,000', '100 M', '0x10', '1e999', 'Infinity', 'NaN', '1MM', '1e-3'])(
    'are nothing else: "%s"', (text) => expect(parseAmount(text)).toBeUndefined(),
  );

  it('make ranges whose ends may be left open', () => {
    expect(parseRange('100M:0.2G')).toEqual({ min: 100e6, max: 200e6 });
    expect(parseRange(':200M')).toEqual({ min: 0, max: 200e6 });
    expect(parseRange('100M:')).toEqual({ min: 100e6, max: Infinity });
    expect(parseRange('5:5')).toEqual({ min: 5, max: 5 });
  });

  it('make no range without a colon, with two, with words, or the wrong way round', () => {
    for (const text of ['100M', '1:2:3', ':', 'few:many', '']) expect(parseRange(text)).toBeUndefined();
    expect(() => parseRange('2M:1M')).toThrow('2M is more than 1M');
  });
});
