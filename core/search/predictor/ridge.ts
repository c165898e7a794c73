import { cholesky, solveFactored, solveLower } from './cholesky.ts';
import { mean } from './regression.ts';
import type { Regression } from './regression.ts';

/** Penalties tried, for features from 0 to 1. */
const penalties = [0.01, 0.1, 1, 10];

/**
 * Ridge regression with an intercept that is not penalised: w = (X^T X + penalty I)^-1 X^T y on centred data, by the
 * normal equations. Leave-one-out predictions come from the hat matrix H: y_i - (y_i - p_i) / (1 - H_ii).
 * @param rows of features, all as long as each other
 * @param penalty above 0
 */
export function fitRidge(rows: readonly ArrayLike<number>[], targets: readonly number[], penalty: number): Regression {
  return solveRidge(normalEquations(rows, targets), penalty);
}

/** Ridge regression with the penalty of the least squared leave-one-out error (PRESS; Allen, 1974). */
export function fitBestRidge(rows: readonly ArrayLike<number>[], targets: readonly number[]): Regression {
  const equations = normalEquations(rows, targets);
  const fits = penalties.map((penalty) => solveRidge(equations, penalty));
  const errors = fits.map(({ leaveOneOut }) => targets.reduce((sum, target, i) => sum + (target - leaveOneOut[i]) ** 2, 0));
  return fits[errors.indexOf(Math.min(...errors))];
}

interface NormalEquations {
  readonly targets: readonly number[];
  readonly centre: Float64Array;
  readonly middle: number;
  /** Rows less their centre. */
  readonly centred: readonly Float64Array[];
  /** X^T X, its lower half. */
  readonly gram: Float64Array;
  /** X^T y */
  readonly product: Float64Array;
}

function normalEquations(rows: readonly ArrayLike<number>[], targets: readonly number[]): NormalEquations {
  const d = rows[0].length;
  const centre = Float64Array.from({ length: d }, (_, j) => mean(rows.map((row) => row[j])));
  const middle = mean(targets);
  const centred = rows.map((row) => Float64Array.from({ length: d }, (_, j) => row[j] - centre[j]));
  const gram = new Float64Array(d * d);
  const product = new Float64Array(d);
  for (const [i, row] of centred.entries()) {
    for (let j = 0; j < d; j++) {
      const value = row[j];
      product[j] += value * (targets[i] - middle);
      for (let k = 0; k <= j; k++) gram[j * d + k] += value * row[k];
    }
  }
  return { targets, centre, middle, centred, gram, product };
}

function solveRidge({ targets, centre, middle, centred, gram, product }: NormalEquations, penalty: number): Regression {
  const d = centre.length;
  const matrix = Float64Array.from(gram);
  for (let j = 0; j < d; j++) matrix[j * d + j] += penalty;
  const lower = cholesky(matrix, d);
  if (!lower) throw new RangeError(`Ridge regression needs a penalty above 0 that outweighs rounding; it is ${penalty}.`);
  const weights = solveFactored(lower, product);
  const fitted = (row: ArrayLike<number>) => weights.reduce((sum, weight, j) => sum + weight * row[j], middle);
  const intercept = middle - weights.reduce((sum, weight, j) => sum + weight * centre[j], 0);
  return {
    predict(row) {
      let sum = intercept;
      for (let j = 0; j < d; j++) sum += weights[j] * row[j];
      return sum;
    },
    leaveOneOut: centred.map((row, i) => {
      // The intercept's own share of the hat matrix is 1 / n.
      const leverage = 1 / centred.length + solveLower(lower, row).reduce((sum, value) => sum + value * value, 0);
      return targets[i] - (targets[i] - fitted(row)) / Math.max(1e-9, 1 - leverage);
    }),
  };
}
