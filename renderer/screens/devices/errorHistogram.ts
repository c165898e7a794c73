export interface ErrorBin {
  /** Bounds of the relative error in percent; the first and last bin also hold what lies beyond. */
  readonly fromPercent: number;
  readonly toPercent: number;
  readonly count: number;
}

const roundWidths = [0.1, 0.2, 0.25, 0.5, 1, 2, 2.5, 5, 10, 20, 25, 50];
const binsASide = 10;

/**
 * Counts relative errors (predicted / measured - 1) in bins of a round width, symmetric around zero and just wide enough
 * for the largest of them: a model that always errs to one side is seen to.
 */
export function errorHistogram(measured: ArrayLike<number>, predicted: ArrayLike<number>): ErrorBin[] {
  const errors = Array.from(measured, (value, index) => (predicted[index] / value - 1) * 100).filter(Number.isFinite);
  if (errors.length === 0) return [];
  const largest = errors.reduce((most, error) => Math.max(most, Math.abs(error)), 0);
  const width = roundWidths.find((candidate) => candidate * binsASide >= largest) ?? roundWidths[roundWidths.length - 1];
  const side = Math.min(binsASide, Math.max(1, Math.ceil(largest / width)));
  const counts = new Array<number>(side * 2).fill(0);
  for (const error of errors) counts[Math.min(counts.length - 1, Math.max(0, Math.floor(error / width) + side))]++;
  return counts.map((count, index) => ({ fromPercent: (index - side) * width, toPercent: (index - side + 1) * width, count }));
}
