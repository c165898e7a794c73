import { cholesky, dot, gramOfRows, solveLower } from '../linearAlgebra.ts';
import type { Matrix } from '../linearAlgebra.ts';
import { columnsOf, gridsOf } from './design.ts';
import type { Design } from './design.ts';
import { deviationsOf } from './prior.ts';
import type { Prior } from './prior.ts';

/** What measurements cannot say themselves: how much coefficients may deviate, and what the model never explains. */
export interface Freedom {
  readonly prior: Prior;
  /** Standard deviation of a typical network's latency about the model, as a share, besides the measurement's own. */
  readonly noise: number;
}

const multiples = { shared: [0.25, 0.5, 1, 2], grid: [0, 0.35, 1], noise: [0.003, 0.006, 0.012, 0.025, 0.05] } as const;
/** Rows beyond these say little more about four numbers and cost much. */
const mostRows = 120;
/** A factor of two in a standard deviation is as plausible again. */
const octaveDeviation = 1;
const usualNoise = 0.01;

/**
 * The freedom that the measurements make probable, on a small grid about the prior, with a mild preference for its middle that
 * decides while measurements are few (the evidence of MacKay, Bayesian Interpolation, 1992). Few measurements hardly tell one
 * point of the grid from the next, so the standard deviations are averaged over all of them, each weighing as much as it is probable:
 * intervals would otherwise be twice as wide or half as wide by chance. Non-negativity is left out of account.
 * @param design of rows relative to their latency
 */
export function probableFreedom(design: Design, relativeVariances: readonly number[], prior: Prior): Freedom {
  const some = design.rows.length <= mostRows ? design
    : { ...design, rows: design.rows.slice(0, mostRows), unexplained: design.unexplained.slice(0, mostRows) };
  const rows = columnsOf(some, []);
  const grids = gridsOf(some, some.columns.map(() => 1));
  const left = rows.map((row) => 1 - row.reduce((sum, value) => sum + value, 0));

  const points: { shared: number; grid: number; noise: number; logEvidence: number }[] = [];
  for (const shared of multiples.shared) {
    for (const grid of multiples.grid) {
      const signal = gramOfRows(deviationsOf(rows, grids, some.columns, freed(prior, shared, grid)));
      for (const noise of multiples.noise) {
        const distance = Math.log2(shared) ** 2 + Math.log2(noise / usualNoise) ** 2;
        const density = logDensity(withNoise(signal, relativeVariances, noise, some.unexplained), left);
        points.push({ shared, grid, noise, logEvidence: density - distance / 2 / octaveDeviation ** 2 });
      }
    }
  }
  const most = Math.max(...points.map(({ logEvidence }) => logEvidence));
  const weights = points.map(({ logEvidence }) => Math.exp(logEvidence - most));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const typical = (name: 'shared' | 'grid' | 'noise') => points.reduce((sum, point, i) => sum + weights[i] * point[name], 0) / total;
  return { prior: freed(prior, typical('shared'), typical('grid')), noise: typical('noise') };
}

const freed = (prior: Prior, shared: number, grid: number): Prior => ({
  ...prior, kind: shared * prior.kind, term: shared * prior.term, kindTerm: shared * prior.kindTerm, column: shared * prior.column, grid: grid * prior.grid,
});

/**
 * The covariance of measurements, from that of what the model says.
 * @param unexplained by row, relative to what `noise` is the standard deviation of
 */
export function withNoise(signal: Matrix, relativeVariances: readonly number[], noise: number, unexplained: readonly number[]): number[][] {
  return signal.map((row, i) => row.map((value, j) => (i === j ? value + noise ** 2 * unexplained[i] + relativeVariances[i] : value)));
}

/** Of a normal distribution with mean 0, without the constant. */
function logDensity(covariance: Matrix, values: readonly number[]): number {
  const lower = cholesky(covariance);
  const white = solveLower(lower, values);
  return -dot(white, white) / 2 - lower.reduce((sum, row, i) => sum + Math.log(row[i]), 0);
}
