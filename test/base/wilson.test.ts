import { describe, expect, it } from 'vitest';
import { wilsonInterval } from '../../core/base/wilson.ts';

describe("Wilson's interval", () => {
  // Newcombe 1998, "Two-sided confidence intervals for the single proportion", table I, method 3.
  it.each([[81, 263, 0.2553, 0.3662], [15, 148, 0.0624, 0.1605], [0, 20, 0, 0.1611], [1, 29, 0.0061, 0.1718]])(
    'of %i in %i is the published one', (right, trials, low, high) => {
      const interval = wilsonInterval(right, trials);
      expect(interval.low).toBeCloseTo(low, 4);
      expect(interval.high).toBeCloseTo(high, 4);
    });

  it('is the mirror image for what went wrong', () => {
    const [right, wrong] = [wilsonInterval(7, 9), wilsonInterval(2, 9)];
    expect(right.low).toBeCloseTo(1 - wrong.high, 12);
    expect(right.high).toBeCloseTo(1 - wrong.low, 12);
  });
});
