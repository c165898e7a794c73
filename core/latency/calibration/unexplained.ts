import { columnsOf, gridsOf, relativeRows } from './design.ts';
import type { Design } from './design.ts';
import { deviationsOf } from './prior.ts';
import type { Prior } from './prior.ts';

/**
 * The variance of what the model never explains, by row, relative to that of typical networks. Rates that are the same for all
 * sizes of work are an approximation about what is usual: half of what they leave over is taken as alike everywhere, half as
 * growing with the squared distance from the middle of the typical networks, measured by how uncertain the prior leaves what is
 * different (all but the common scale).
 * @param first place of the first typical row; they are the last ones of the design
 */
export function unexplainedVariances(design: Design, first: number, prior: Prior): number[] {
  const places = design.rows.map((_, i) => i);
  const shares = relativeRows(design, places, design.rows.map((row) => row.reduce((sum, { ms }) => sum + ms, 0)), design.shares[0].map(() => 1));
  const features = deviationsOf(columnsOf(shares, []), gridsOf(shares, design.columns.map(() => 1)), design.columns, { ...prior, scale: 0 });
  const typical = features.slice(first);
  const middle = features[0].map((_, k) => typical.reduce((sum, row) => sum + row[k], 0) / typical.length);
  const distances = features.map((row) => row.reduce((sum, value, k) => sum + (value - middle[k]) ** 2, 0));
  const usual = distances.slice(first).reduce((sum, distance) => sum + distance, 0) / typical.length;
  return distances.map((distance) => (usual > 0 ? (1 + distance / usual) / 2 : 1));
}
