import { describe, expect, it } from 'vitest';
import { Random } from '../../core/base/random.ts';
import { nuclearNorm } from '../../core/scoring/nuclearNorm.ts';

const matrix = (rows: number, columns: number, entry: (row: number, column: number) => number) =>
  ({ rows, columns, values: Float64Array.from({ length: rows * columns }, (_, i) => entry(Math.floor(i / columns), i % columns)) });

describe('the nuclear norm', () => {
  it('of an outer product is the product of lengths', () => {
    expect(nuclearNorm(matrix(3, 2, (i, j) => [1, 2, 2][i] * [3, 4][j]))).toBeCloseTo(15, 10);
  });

  it('of a rectangular diagonal is the sum of its sizes', () => {
    expect(nuclearNorm(matrix(2, 5, (i, j) => (i === j ? [-3, 2][i] : 0)))).toBeCloseTo(5, 10);
  });

  it('of a Hadamard matrix is n sqrt(n)', () => {
    const bits = (x: number): number => (x === 0 ? 0 : 1 + bits(x & (x - 1)));
    expect(nuclearNorm(matrix(16, 16, (i, j) => (bits(i & j) % 2 === 0 ? 1 : -1)))).toBeCloseTo(64, 10);
  });

  // tftas.md 9.5: s n sqrt(m) c(n / m), c the mean root of the Marchenko-Pastur law; within half a percent at this size.
  it.each([[576, 192, 0.956384], [192, 192, 0.848826]])('of %i x %i normal numbers is what random matrix theory says', (rows, columns, mean) => {
    const random = new Random('nuclear');
    const found = nuclearNorm(matrix(rows, columns, () => 0.02 * random.normal()));
    expect(found / (0.02 * columns * Math.sqrt(rows) * mean)).toBeCloseTo(1, 2);
  });

  it('of numbers that are not finite is none', () => {
    expect(nuclearNorm(matrix(3, 3, (i, j) => (i * j === 4 ? Infinity : 1)))).toBeNaN();
  });
});
