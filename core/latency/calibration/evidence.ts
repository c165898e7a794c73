import { cholesky, dot, gramOfRows, solveLower } from '../linearAlgebra.ts';
import type { Matrix } from '../linearAlgebra.ts';
import { columnsOf, gridsOf } from './design.ts';
import type { Design } from './design.ts';
import { deviationsOf } from './prior.ts';
import type { Prior } from './prior.ts';

/** What measurements cannot say themselves: how much coefficients may deviate, and what the model never explains. */
export interface Freedom {
  readonly prior: Prior;
  /** Standard deviation of a measured latency about the model, as a share, besides the measurement's own. */
  readonly noise: number;
}

const multiples = { shared: [0.25, 0.5, 1, 2], grid: [0, 0.35, 1], noise: [0.003, 0.006, 0.012, 0.025, 0.05] } as const;
/** Rows beyond these say little more about four numbers and cost much. */
const mostRows = 120;
/** Fewer rows cannot say anything about these numbers; then the prior's own are taken. */
const leastRows = 6;
/** A factor of two in a standard deviation is as plausible again. */
const octaveDeviation = 1;
const usualNoise = 0.01;

/**
 * Chooses the freedom under which the measurements are most probable (type-II maximum likelihood: MacKay, Bayesian
 * Interpolation, 1992), on a small grid about the prior, with a mild preference for its middle that decides while
 * measurements are few. Non-negativity is left out of account.
 * @param design of rows relative to their latency
 */
export function chooseFreedom(design: Design, relativeVariances: readonly number[], prior: Prior): Freedom {
  const some = design.rows.length <= mostRows ? design : { ...design, rows: design.rows.slice(0, mostRows) };
  if (some.rows.length < leastRows) return { prior, noise: usualNoise };
  const rows = columnsOf(some, []);
  const grids = gridsOf(some, some.columns.map(() => 1));
  const left = rows.map((row) => 1 - row.reduce((sum, value) => sum + value, 0));

  let best: (Freedom & { logEvidence: number }) | undefined;
  for (const shared of multiples.shared) {
    for (const grid of multiples.grid) {
      const chosen: Prior = {
        ...prior, kind: shared * prior.kind, term: shared * prior.term, kindTerm: shared * prior.kindTerm, column: shared * prior.column,
        grid: grid * prior.grid,
      };
      const signal = gramOfRows(deviationsOf(rows, grids, some.columns, chosen));
      for (const noise of multiples.noise) {
        const distance = Math.log2(shared) ** 2 + Math.log2(noise / usualNoise) ** 2;
        const logEvidence = logDensity(withNoise(signal, relativeVariances, noise), left) - distance / 2 / octaveDeviation ** 2;
        if (best === undefined || logEvidence > best.logEvidence) best = { prior: chosen, noise, logEvidence };
      }
    }
  }
  const { prior: chosen, noise } = best!;
  return { prior: chosen, noise };
}

/** The covariance of measurements, from that of what the model says. */
export function withNoise(signal: Matrix, relativeVariances: readonly number[], noise: number): number[][] {
  return signal.map((row, i) => row.map((value, j) => (i === j ? value + noise ** 2 + relativeVariances[i] : value)));
}

/** Of a normal distribution with mean 0, without the constant. */
function logDensity(covariance: Matrix, values: readonly number[]): number {
  const lower = cholesky(covariance);
  const white = solveLower(lower, values);
  return -dot(white, white) / 2 - lower.reduce((sum, row, i) => sum + Math.log(row[i]), 0);
}
