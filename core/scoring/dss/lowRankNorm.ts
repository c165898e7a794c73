import { nuclearNorm } from '../nuclearNorm.ts';

/**
 * The nuclear norm of A' B from A A' and B B' (lower halves): with triangular factors L L' = A A' and M M' = B B', it is
 * that of L' M.
 */
export function lowRankNorm(aa: Float64Array, bb: Float64Array, n: number): number {
  const [l, m] = [triangularFactor(aa, n), triangularFactor(bb, n)];
  const values = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let k = Math.max(i, j); k < n; k++) sum += l[k * n + i] * m[k * n + j];
      values[i * n + j] = sum;
    }
  }
  return nuclearNorm({ rows: n, columns: n, values });
}

/** Relative to a row's own square; below it the row is a combination of those before. */
const rounding = 1e-13;

/** The lower factor of a positive semidefinite matrix, of which the lower half is given. */
function triangularFactor(matrix: Float64Array, n: number): Float64Array {
  const lower = new Float64Array(n * n);
  for (let j = 0; j < n; j++) {
    let pivot = matrix[j * n + j];
    for (let k = 0; k < j; k++) pivot -= lower[j * n + k] ** 2;
    if (!(pivot > rounding * matrix[j * n + j])) continue;
    lower[j * n + j] = Math.sqrt(pivot);
    for (let i = j + 1; i < n; i++) {
      let sum = matrix[i * n + j];
      for (let k = 0; k < j; k++) sum -= lower[i * n + k] * lower[j * n + k];
      lower[i * n + j] = sum / lower[j * n + j];
    }
  }
  return lower;
}
