import { describe, expect, it } from 'vitest';
import { ageText, errorText, featureTitle, measuredText, rangeText, shareText } from '../../../renderer/screens/devices/deviceText.ts';

describe('the words about a device model', () => {
  it('say when it was measured as exactly as is known', () => {
    expect([null, '2023', '2023-02', '2023-02-07'].map(measuredText)).toEqual(['not stated', '2023', 'Feb 2023', '7 Feb 2023']);
    const now = new Date(2026, 10, 21);
    expect(['2026', '2023', '2026-11', '2026-10', '2025-01', '2023-02'].map((on) => ageText(on, now)))
      .toEqual(['this year', '3 years ago', 'this month', '1 month ago', '22 months ago', '3 years ago']);
  });

  it('give errors the digits worth reading', () => {
    expect([0.444, 13.69, -0.048, -0.002].map(errorText)).toEqual(['0.44 %', '13.7 %', '−0.05 %', '0.00 %']);
    expect([100, 99.96, null].map(shareText)).toEqual(['100 %', '> 99.9 %', '–']);
  });

  it('name features and their ranges', () => {
    expect(featureTitle('headDim')).toBe('Head width');
    expect(featureTitle('someNewThing')).toBe('some new thing');
    expect(rangeText('grid', 2, 32)).toBe('2 to 32 px');
    expect(rangeText('classes', 1000, 1000)).toBe('1000 only');
    expect(rangeText('weightBytes', 0.001728, 25.63072)).toBe('0.00173 to 25.6 MB');
  });
});
