/**
 * The lower factor L of a symmetric positive definite matrix A = L L^T, row by row in one array of n x n numbers; what
 * lies above the diagonal is left as it was. Only the lower half of A is read.
 * @returns undefined when A is not positive definite to working precision
 */
export function cholesky(matrix: Float64Array, n: number): Float64Array | undefined {
  const lower = Float64Array.from(matrix);
  for (let i = 0; i < n; i++) {
    const rowI = i * n;
    for (let j = 0; j <= i; j++) {
      const rowJ = j * n;
      let sum = lower[rowI + j];
      for (let k = 0; k < j; k++) sum -= lower[rowI + k] * lower[rowJ + k];
      if (j < i) {
        lower[rowI + j] = sum / lower[rowJ + j];
      } else {
        if (!(sum > 0)) return undefined;
        lower[rowI + i] = Math.sqrt(sum);
      }
    }
  }
  return lower;
}

/** x of L x = b. */
export function solveLower(lower: Float64Array, b: ArrayLike<number>): Float64Array {
  const n = b.length;
  const x = Float64Array.from(b);
  for (let i = 0; i < n; i++) {
    let sum = x[i];
    for (let k = 0; k < i; k++) sum -= lower[i * n + k] * x[k];
    x[i] = sum / lower[i * n + i];
  }
  return x;
}

/** x of A x = b, given A's factor L. */
export function solveFactored(lower: Float64Array, b: ArrayLike<number>): Float64Array {
  const n = b.length;
  const x = solveLower(lower, b);
  for (let i = n - 1; i >= 0; i--) {
    x[i] /= lower[i * n + i];
    for (let k = 0; k < i; k++) x[k] -= lower[i * n + k] * x[i];
  }
  return x;
}

/** The diagonal of A's inverse, given A's factor L: the squared norms of the columns of L's inverse. */
export function inverseDiagonal(lower: Float64Array, n: number): Float64Array {
  const diagonal = new Float64Array(n);
  const column = new Float64Array(n);
  for (let j = 0; j < n; j++) {
    column[j] = 1 / lower[j * n + j];
    let sum = column[j] ** 2;
    for (let i = j + 1; i < n; i++) {
      let product = 0;
      for (let k = j; k < i; k++) product -= lower[i * n + k] * column[k];
      column[i] = product / lower[i * n + i];
      sum += column[i] ** 2;
    }
    diagonal[j] = sum;
  }
  return diagonal;
}
