/** Symmetric and lower triangular matrices as arrays of rows; small ones, so plain loops. */
export type Matrix = readonly (readonly number[])[];

/**
 * The lower triangular L with L L' = M, for a symmetric positive definite M.
 * @throws RangeError when M is not positive definite
 */
export function cholesky(matrix: Matrix): number[][] {
  const n = matrix.length;
  const lower = matrix.map((row) => [...row]);
  for (let j = 0; j < n; j++) {
    const rowJ = lower[j];
    for (let i = j; i < n; i++) {
      const rowI = lower[i];
      let sum = rowI[j];
      for (let k = 0; k < j; k++) sum -= rowI[k] * rowJ[k];
      if (i > j) rowI[j] = sum / rowJ[j];
      else if (sum > 0) rowI[j] = Math.sqrt(sum);
      else throw new RangeError(`The matrix is not positive definite (row ${i}).`);
    }
    rowJ.fill(0, j + 1);
  }
  return lower;
}

/** Solves L z = v. */
export function solveLower(lower: Matrix, vector: readonly number[]): number[] {
  const z = [...vector];
  for (let i = 0; i < z.length; i++) {
    const row = lower[i];
    let sum = z[i];
    for (let k = 0; k < i; k++) sum -= row[k] * z[k];
    z[i] = sum / row[i];
  }
  return z;
}

/** Solves L' z = v. */
export function solveUpper(lower: Matrix, vector: readonly number[]): number[] {
  const z = [...vector];
  for (let i = z.length - 1; i >= 0; i--) {
    z[i] /= lower[i][i];
    for (let k = 0; k < i; k++) z[k] -= lower[i][k] * z[i];
  }
  return z;
}

/** Inverse of L, lower triangular too. */
export function invertLower(lower: Matrix): number[][] {
  const n = lower.length;
  const inverse = Array.from({ length: n }, () => new Array<number>(n).fill(0));
  for (let j = 0; j < n; j++) {
    inverse[j][j] = 1 / lower[j][j];
    for (let i = j + 1; i < n; i++) {
      let sum = 0;
      for (let k = j; k < i; k++) sum -= lower[i][k] * inverse[k][j];
      inverse[i][j] = sum / lower[i][i];
    }
  }
  return inverse;
}

export function dot(a: readonly number[], b: readonly number[]): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

/** A A', for A by rows. */
export function gramOfRows(rows: Matrix): number[][] {
  const gram = rows.map(() => new Array<number>(rows.length).fill(0));
  rows.forEach((row, i) => {
    for (let j = 0; j <= i; j++) gram[i][j] = gram[j][i] = dot(row, rows[j]);
  });
  return gram;
}
