import { describe, expect, it } from 'vitest';
import { Random } from '../../../core/base/random.ts';
import { marchenkoPasturRoot, randomNuclearNorm } from '../../../core/scoring/dss/randomNorm.ts';
import { nuclearNorm } from '../../../core/scoring/nuclearNorm.ts';

describe('the mean root of Marchenko and Pastur', () => {
  // tftas.md 9.5; the first is 8 / (3 pi).
  it.each([[1, 0.848826], [2 / 3, 0.907601], [1 / 2, 0.932799], [1 / 3, 0.956384], [1 / 4, 0.967688], [3 / 16, 0.975978]])(
    'at ratio %f is %f', (ratio, expected) => {
      expect(Math.abs(marchenkoPasturRoot(ratio) - expected)).toBeLessThan(2e-6);
    });
});

describe('the nuclear norm of random numbers', () => {
  const draws = (rows: number, columns: number, absolute: boolean) => {
    const random = new Random(`${rows} ${columns}`);
    return Float64Array.from({ length: rows * columns }, () => 0.02 * (absolute ? Math.abs(random.normal()) : random.normal()));
  };
  // Deviations and means of the normal distribution, not of the sample: whose own deviation is within .5 % of it.
  const deviation = (absolute: boolean) => 0.02 * (absolute ? Math.sqrt(1 - 2 / Math.PI) : 1);
  const mean = (absolute: boolean) => (absolute ? 0.02 * Math.sqrt(2 / Math.PI) : 0);

  it.each([[192, 64, false], [64, 64, false], [48, 160, false], [192, 64, true], [64, 64, true]])('of a %i x %i matrix (absolute: %s)', (rows, columns, absolute) => {
    const exact = nuclearNorm({ rows, columns, values: draws(rows, columns, absolute) });
    expect(Math.abs(randomNuclearNorm(rows, columns, mean(absolute), deviation(absolute)) / exact - 1)).toBeLessThan(0.01);
  });

  // tftas.md 9.5: one measured matrix of each kind, and the formulas without the next order.
  it.each([[false, 87.74], [true, 57.87]])('of 576 x 192 numbers of deviation 0.02 is as measured (absolute: %s)', (absolute, measured) => {
    expect(Math.abs(randomNuclearNorm(576, 192, mean(absolute), deviation(absolute)) / measured - 1)).toBeLessThan(0.005);
  });

  it('takes a small mean for a part of the noise', () => {
    expect(randomNuclearNorm(100, 50, 1e-9, 1)).toBeCloseTo(randomNuclearNorm(100, 50, 0, 1), 10);
  });

  it('is that of the one singular value where all numbers are equal', () => {
    expect(randomNuclearNorm(30, 20, 2, 0)).toBeCloseTo(2 * Math.sqrt(600), 10);
  });
});
