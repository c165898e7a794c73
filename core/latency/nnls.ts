/**
 * Non-negative least squares: the x >= 0 that minimises |A x - b|^2, by Lawson and Hanson's active sets (Solving Least
 * Squares Problems, 1974, chapter 23) on the normal equations. Columns are scaled to unit length first, so units do
 * not matter. Meant for tall matrices with few (tens of) columns.
 *
 * @param rows A, row by row, all of the same length.
 * @param targets b, one per row.
 * @param start a positive x near the solution, which saves time and changes nothing else
 * @returns x, one per column; a column of zeros gets 0.
 */
export function nonNegativeLeastSquares(
  rows: readonly (readonly number[])[], targets: readonly number[], start?: readonly number[],
): number[] {
  const columns = rows[0]?.length ?? 0;
  const scale = Array.from({ length: columns }, (_, j) => Math.sqrt(rows.reduce((sum, row) => sum + row[j] ** 2, 0)));
  const gram = Array.from({ length: columns }, () => new Array<number>(columns).fill(0));
  const moment = new Array<number>(columns).fill(0);
  rows.forEach((row, i) => {
    for (let j = 0; j < columns; j++) {
      if (row[j] === 0) continue;
      const a = row[j] / scale[j];
      moment[j] += a * targets[i];
      for (let k = 0; k <= j; k++) if (row[k] !== 0) gram[j][k] += a * row[k] / scale[k];
    }
  });
  for (let j = 0; j < columns; j++) for (let k = 0; k < j; k++) gram[k][j] = gram[j][k];

  const x = scale.map((length, j) => (start === undefined ? 0 : start[j] * length));
  const positive = new Set<number>(x.flatMap((value, j) => (value > 0 ? [j] : [])));
  const tolerance = 1e-12 * Math.max(...moment.map(Math.abs), Number.MIN_VALUE);
  /** Moves to the least squares of the positive columns, dropping those that reach zero on the way. */
  const settle = () => {
    while (positive.size > 0) {
      const active = [...positive];
      const solution = solveSymmetric(active.map((j) => active.map((k) => gram[j][k])), active.map((j) => moment[j]));
      let step = 1;
      active.forEach((j, i) => {
        if (solution[i] <= 0) step = Math.min(step, x[j] / (x[j] - solution[i]));
      });
      active.forEach((j, i) => {
        x[j] += step * (solution[i] - x[j]);
        // The column that blocked the step lands on zero up to rounding and leaves the positive set.
        if (solution[i] <= 0 && x[j] <= 1e-14) {
          x[j] = 0;
          positive.delete(j);
        }
      });
      if (step === 1) break;
    }
  };
  settle();
  for (let round = 0; round < 10 * columns; round++) {
    let enter = -1;
    let steepest = tolerance;
    for (let j = 0; j < columns; j++) {
      if (positive.has(j) || scale[j] === 0) continue;
      const descent = moment[j] - gram[j].reduce((sum, g, k) => sum + g * x[k], 0);
      if (descent > steepest) [enter, steepest] = [j, descent];
    }
    if (enter < 0) break;
    positive.add(enter);
    settle();
  }
  return x.map((value, j) => (scale[j] === 0 ? 0 : value / scale[j]));
}

/**
 * Solves M z = v for a symmetric positive (semi-)definite M by Cholesky, with a ridge of 1e-12 of the diagonal so that
 * columns that say the same share their weight instead of failing.
 */
function solveSymmetric(matrix: readonly (readonly number[])[], vector: readonly number[]): number[] {
  const n = vector.length;
  const lower = matrix.map((row) => [...row]);
  for (let j = 0; j < n; j++) {
    for (let i = j; i < n; i++) {
      let sum = matrix[i][j] * (i === j ? 1 + 1e-12 : 1);
      for (let k = 0; k < j; k++) sum -= lower[i][k] * lower[j][k];
      lower[i][j] = i === j ? Math.sqrt(Math.max(sum, 1e-15)) : sum / lower[j][j];
    }
  }
  const z = [...vector];
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) z[i] -= lower[i][k] * z[k];
    z[i] /= lower[i][i];
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) z[i] -= lower[k][i] * z[k];
    z[i] /= lower[i][i];
  }
  return z;
}
