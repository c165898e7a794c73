/**
 * The smaller one of A A' and A' A, in double precision: both have the squares of A's singular values as their
 * eigenvalues, and zeros.
 *
 * @param matrix rows x columns, row by row
 * @returns n x n with n the smaller of both, of which only the lower half is filled
 */
export function gram(matrix: ArrayLike<number>, rows: number, columns: number): Float64Array {
  if (matrix.length !== rows * columns) throw new RangeError(`A ${rows} x ${columns} matrix has ${rows * columns} numbers, not ${matrix.length}.`);
  return rows <= columns ? productsOfRows(Float64Array.from(matrix), rows, columns) : productsOfRows(transposed(matrix, rows, columns), columns, rows);
}

function transposed(matrix: ArrayLike<number>, rows: number, columns: number): Float64Array {
  const turned = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) turned[j * rows + i] = matrix[i * columns + j];
  return turned;
}

/** Four rows against two at a time, so that each number that is read is used more than once. */
function productsOfRows(a: Float64Array, n: number, length: number): Float64Array {
  const products = new Float64Array(n * n);
  const whole = n - (n % 4);
  for (let i = 0; i < whole; i += 4) {
    const [r0, r1, r2, r3] = [i * length, (i + 1) * length, (i + 2) * length, (i + 3) * length];
    for (let j = 0; j < i + 4; j += 2) {
      const [c0, c1] = [j * length, (j + 1) * length];
      let [s00, s01, s10, s11, s20, s21, s30, s31] = [0, 0, 0, 0, 0, 0, 0, 0];
      for (let k = 0; k < length; k++) {
        const [x, y] = [a[c0 + k], a[c1 + k]];
        s00 += a[r0 + k] * x;
        s01 += a[r0 + k] * y;
        s10 += a[r1 + k] * x;
        s11 += a[r1 + k] * y;
        s20 += a[r2 + k] * x;
        s21 += a[r2 + k] * y;
        s30 += a[r3 + k] * x;
        s31 += a[r3 + k] * y;
      }
      const at = i * n + j;
      products[at] = s00;
      products[at + 1] = s01;
      products[at + n] = s10;
      products[at + n + 1] = s11;
      products[at + 2 * n] = s20;
      products[at + 2 * n + 1] = s21;
      products[at + 3 * n] = s30;
      products[at + 3 * n + 1] = s31;
    }
  }
  for (let i = whole; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (let k = 0; k < length; k++) sum += a[i * length + k] * a[j * length + k];
      products[i * n + j] = sum;
    }
  }
  return products;
}
