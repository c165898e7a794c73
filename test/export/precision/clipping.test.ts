import { describe, expect, it } from 'vitest';
import { Random } from '../../../core/base/random.ts';
import { clippedRange, Histogram } from '../../../core/export/precision/clipping.ts';
import { activationQuantisation, type Range } from '../../../core/export/precision/quantisation.ts';
import { dequantised, quantised } from './affine.ts';

function histogramOf(values: Float32Array): Histogram {
  const histogram = new Histogram({ min: Math.min(...values), max: Math.max(...values) });
  histogram.add(values);
  return histogram;
}

const drawn = (count: number, draw: (random: Random) => number) => {
  const random = new Random('clipping');
  return Float32Array.from({ length: count }, () => draw(random));
};

/** Mean squared error of rounding and clipping, by doing so. */
function actualError(values: Float32Array, range: Range): number {
  const quantisation = activationQuantisation(range);
  return values.reduce((sum, value) => sum + (dequantised(quantised(value, quantisation), quantisation) - value) ** 2, 0) / values.length;
}

describe('the range of an activation', () => {
  it('leaves out the outermost values, of a percentile', () => {
    // 99,990 of 100,000 values between 0 and 1, five far out at either end: those are what a ten-thousandth leaves out.
    const values = drawn(99_990, (random) => random.uniform());
    const range = clippedRange(histogramOf(Float32Array.from([...values, -40, -30, -20, -10, -5, 6, 10, 20, 30, 40])), 'percentile');
    expect(range.min).toBeCloseTo(0, 1);
    expect(range.max).toBeCloseTo(1, 1);
  });

  it('keeps what has no outliers', () => {
    const values = drawn(20_000, (random) => random.uniform() - 0.25);
    for (const method of ['percentile', 'mse'] as const) {
      const { min, max } = clippedRange(histogramOf(values), method);
      expect(min).toBeCloseTo(-0.25, 2);
      expect(max).toBeCloseTo(0.75, 2);
    }
  });

  it.each([
    { name: 'normal values', draw: (random: Random) => random.normal() },
    { name: 'Laplace values', draw: (random: Random) => Math.log(1 - random.uniform()) * (random.chance(0.5) ? 1 : -1) },
    { name: 'one-sided values with outliers', draw: (random: Random) => Math.abs(random.normal()) * (random.chance(1e-4) ? 100 : 1) },
  ])('has nearly the smallest squared error that any range has, for $name', ({ draw }) => {
    const values = drawn(20_000, draw);
    const found = actualError(values, clippedRange(histogramOf(values), 'mse'));
    const [low, high] = [Math.min(...values, 0), Math.max(...values)];
    const shares = [1, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.15, 0.1];
    const best = Math.min(...shares.flatMap((below) => shares.map((above) => actualError(values, { min: below * low, max: above * high }))));
    expect(found).toBeLessThan(1.1 * best);
    expect(found).toBeLessThanOrEqual(actualError(values, { min: low, max: high }) * 1.01);
  });

  it('is that of a value which is always the same', () => {
    for (const method of ['percentile', 'mse'] as const) {
      const { min, max } = clippedRange(histogramOf(new Float32Array(100).fill(3)), method);
      expect(dequantised(quantised(3, activationQuantisation({ min, max })), activationQuantisation({ min, max }))).toBeCloseTo(3, 5);
    }
  });
});
