import { cholesky, dot, gramOfRows, solveLower } from '../linearAlgebra.ts';
import { columnsOf, gridsOf } from './design.ts';
import type { Design } from './design.ts';
import { withNoise } from './evidence.ts';
import type { Freedom } from './evidence.ts';
import { deviationsOf } from './prior.ts';

/**
 * Standard deviation of a measurement of each row about its prediction, as a share: with the prior a normal distribution,
 * it is known in closed form (Rasmussen and Williams, Gaussian Processes, 2006, equation 2.26).
 * @param design of rows relative to their measured latency
 * @param predicted any rows relative to their predicted latency, with the same columns and grids
 */
export function deviationsOfPredictions(design: Design, relativeVariances: readonly number[], { prior, noise }: Freedom, predicted: Design): number[] {
  const ones = design.columns.map(() => 1);
  const featuresOf = (rows: Design) => deviationsOf(columnsOf(rows, []), gridsOf(rows, ones), design.columns, prior);
  const measured = featuresOf(design);
  const lower = cholesky(withNoise(gramOfRows(measured), relativeVariances, noise, design.unexplained));
  return featuresOf(predicted).map((features, i) => {
    const shared = solveLower(lower, measured.map((row) => dot(row, features)));
    return Math.sqrt(Math.max(0, dot(features, features) - dot(shared, shared)) + noise ** 2 * predicted.unexplained[i]);
  });
}
