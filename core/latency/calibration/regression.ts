import { cholesky, dot, invertLower, solveLower, solveUpper } from '../linearAlgebra.ts';
import { nonNegativeLeastSquares } from '../nnls.ts';
import { columnsOf, gridsOf } from './design.ts';
import type { Design } from './design.ts';
import type { Freedom } from './evidence.ts';
import { covarianceOf } from './prior.ts';

/** What measurements make of the first guess. */
export interface Solution {
  /** What each column is multiplied by, non-negative. */
  readonly multipliers: readonly number[];
  /** What each grid is multiplied by, less 1. */
  readonly gridShifts: readonly number[];
}

/** The model is bilinear in multipliers and grids; from its linearisation it settles to four digits in this many steps. */
const steps = 3;
const smallestShift = -0.5;

/**
 * The most probable non-negative multipliers, and grid factors, given the measurements: least squares of relative errors
 *
 *   sum_i (1 - sum_jg a_ijg x_j (1 + c_g))^2 / (u_i noise^2 + v_i) + (x - 1)' C^-1 (x - 1) + sum_g c_g^2 / grid^2,   x >= 0,
 *
 * a_ijg being the design's shares of row i's latency, u_i its `unexplained` and C the prior's covariance. In each of a few Gauss-Newton steps the
 * grids are integrated out, which correlates the rows' errors; whitened, what is left is non-negative least squares.
 * @param design of rows relative to their latency
 * @param relativeVariances v_i, one for each row
 */
export function solve(design: Design, relativeVariances: readonly number[], { prior, noise }: Freedom): Solution {
  const priorRows = invertLower(cholesky(covarianceOf(design.columns, prior)));
  const priorTargets = priorRows.map((row) => row.reduce((sum, value) => sum + value, 0));
  let multipliers = design.columns.map(() => 1);
  let gridShifts = design.grids.map(() => 0);
  for (let step = 0; step < steps; step++) {
    const rows = columnsOf(design, gridShifts);
    const grids = gridsOf(design, multipliers);
    const errors = cholesky(grids.map((a, i) => grids.map((b, j) =>
      prior.grid ** 2 * dot(a, b) + (i === j ? noise ** 2 * design.unexplained[i] + relativeVariances[i] : 0))));
    const targets = grids.map((row) => 1 + dot(row, gridShifts));
    const whiteColumns = design.columns.map((_, j) => solveLower(errors, rows.map((row) => row[j])));
    const whiteTargets = solveLower(errors, targets);
    multipliers = nonNegativeLeastSquares(
      [...rows.map((_, i) => whiteColumns.map((column) => column[i])), ...priorRows], [...whiteTargets, ...priorTargets],
      multipliers.map((value) => Math.max(value, 1e-3)));
    const left = solveUpper(errors, solveLower(errors, targets.map((target, i) => target - dot(rows[i], multipliers))));
    gridShifts = gridShifts.map((_, g) =>
      Math.max(smallestShift, prior.grid ** 2 * grids.reduce((sum, row, i) => sum + row[g] * left[i], 0)));
  }
  return { multipliers, gridShifts };
}

/** What a solution says of each row of a design with the same columns and grids, in the rows' units. */
export function solved(design: Design, { multipliers, gridShifts }: Solution): number[] {
  return columnsOf(design, gridShifts).map((row) => dot(row, multipliers));
}
