import { describe, expect, it } from 'vitest';
import { gram } from '../../core/base/gram.ts';
import { Random } from '../../core/base/random.ts';
import { symmetricEigenvalues } from '../../core/base/symmetricEigenvalues.ts';

const square = (n: number, entry: (row: number, column: number) => number) =>
  Float64Array.from({ length: n * n }, (_, i) => entry(Math.floor(i / n), i % n));

function expectClose(found: Float64Array | undefined, expected: readonly number[], tolerance = 1e-13): void {
  const scale = Math.max(...expected.map(Math.abs));
  expect(found).toHaveLength(expected.length);
  found!.forEach((value, i) => expect(Math.abs(value - expected[i])).toBeLessThan(tolerance * scale));
}

describe('eigenvalues of symmetric matrices', () => {
  it.each([1, 2, 3, 10, 101])('are those of a chain of %i springs, 2 - 2 cos(k pi / (n + 1))', (n) => {
    const chain = square(n, (i, j) => (i === j ? 2 : Number(Math.abs(i - j) === 1) * -1));
    expectClose(symmetricEigenvalues(chain, n), Array.from({ length: n }, (_, k) => 2 - 2 * Math.cos((k + 1) * Math.PI / (n + 1))));
  });

  it('are n and zeros for a matrix of ones', () => {
    expectClose(symmetricEigenvalues(square(7, () => 1), 7), [0, 0, 0, 0, 0, 0, 7]);
  });

  it('are found for a full matrix that was made from them', () => {
    // (I - 2 u u') D (I - 2 u u') for a unit vector u has the diagonal's entries.
    const n = 40;
    const random = new Random('reflection');
    const expected = Array.from({ length: n }, () => random.normal()).sort((a, b) => a - b);
    const direction = Array.from({ length: n }, () => random.normal());
    const norm = Math.hypot(...direction);
    const u = direction.map((value) => value / norm);
    const along = u.reduce((sum, value, i) => sum + value * value * expected[i], 0);
    const matrix = square(n, (i, j) => Number(i === j) * expected[i] - 2 * u[i] * u[j] * (expected[i] + expected[j]) + 4 * u[i] * u[j] * along);
    expectClose(symmetricEigenvalues(matrix, n), expected);
  });

  it('are the diagonal when nothing stands beside it', () => {
    expectClose(symmetricEigenvalues(square(4, (i, j) => Number(i === j) * [3, -1, 0, 2][i]), 4), [-1, 0, 2, 3]);
  });

  it('read the lower half only, and leave it as it is', () => {
    const lower = square(3, (i, j) => (j > i ? NaN : 1 + i * j));
    const before = lower.slice();
    expectClose(symmetricEigenvalues(lower, 3), [...symmetricEigenvalues(square(3, (i, j) => 1 + i * j), 3)!]);
    expect(lower).toEqual(before);
  });

  it.each([NaN, Infinity])('are not there for a matrix with %s', (wrong) => {
    expect(symmetricEigenvalues(square(5, (i, j) => (i === 3 && j === 3 ? wrong : 1)), 5)).toBeUndefined();
    expect(symmetricEigenvalues(square(5, (i, j) => (i + j === 3 ? wrong : 1)), 5)).toBeUndefined();
  });
});

describe('Gram matrices', () => {
  it.each([[1, 1], [5, 3], [3, 5], [4, 8], [9, 6], [11, 11]])('of %i x %i are the products of the shorter side', (rows, columns) => {
    const random = new Random(`${rows} ${columns}`);
    const matrix = Float64Array.from({ length: rows * columns }, () => random.normal());
    const n = Math.min(rows, columns);
    const at = (side: number, k: number) => (rows <= columns ? matrix[side * columns + k] : matrix[k * columns + side]);
    const found = gram(matrix, rows, columns);
    for (let i = 0; i < n; i++) {
      for (let j = 0; j <= i; j++) {
        let expected = 0;
        for (let k = 0; k < Math.max(rows, columns); k++) expected += at(i, k) * at(j, k);
        expect(found[i * n + j]).toBeCloseTo(expected, 12);
      }
    }
  });
});
