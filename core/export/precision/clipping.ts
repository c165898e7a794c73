import type { Range } from './quantisation.ts';

/**
 * How an activation's range is chosen from the values that it had on calibration images:
 * `min-max` takes all of them, `percentile` leaves out the outermost 0.01 %, half of them at either end, and `mse` cuts off
 * where the mean squared error of rounding and clipping together is smallest.
 */
export const rangeMethods = ['min-max', 'percentile', 'mse'] as const;
export type RangeMethod = (typeof rangeMethods)[number];
export const defaultRanges: RangeMethod = 'mse';

const leftOut = 1e-4;
const steps = 255;
/** Fractions of the whole range that `mse` tries for each end. */
const tried = Array.from({ length: 90 }, (_, i) => 1 - i / 100);

/** How often values of a range fall into each of its bins, which are equally wide. */
export class Histogram {
  readonly range: Range;
  readonly counts: Float64Array;

  constructor(range: Range, bins = 2048) {
    this.range = range;
    this.counts = new Float64Array(bins);
  }

  add(values: Float32Array): void {
    const { min, max } = this.range;
    const last = this.counts.length - 1;
    const perUnit = max > min ? this.counts.length / (max - min) : 0;
    for (const value of values) this.counts[Math.min(last, Math.floor((value - min) * perUnit))]++;
  }

  /** The middle of a bin. */
  valueOf(bin: number): number {
    const { min, max } = this.range;
    return min + ((bin + 0.5) * (max - min)) / this.counts.length;
  }
}

/** The part of a histogram's range that is worth its steps. */
export function clippedRange(histogram: Histogram, method: Exclude<RangeMethod, 'min-max'>): Range {
  return method === 'percentile' ? innerRange(histogram) : closestRange(histogram);
}

function innerRange({ range: { min, max }, counts }: Histogram): Range {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const width = (max - min) / counts.length;
  const outside = (bins: Float64Array) => {
    let beyond = 0;
    const bin = bins.findIndex((count) => (beyond += count) > (total * leftOut) / 2);
    return Math.max(bin, 0) * width;
  };
  return { min: min + outside(counts), max: max - outside(counts.toReversed()) };
}

/** One end after the other, the farther one first. */
function closestRange(histogram: Histogram): Range {
  const range = { min: Math.min(histogram.range.min, 0), max: Math.max(histogram.range.max, 0) };
  const ends = range.max >= -range.min ? ['max', 'min'] as const : ['min', 'max'] as const;
  return ends.reduce<Range>((best, end) => {
    const candidates = tried.map((share) => ({ ...best, [end]: best[end] * share }));
    const errors = candidates.map((candidate) => squaredError(histogram, candidate));
    return candidates[errors.indexOf(Math.min(...errors))];
  }, range);
}

/** Rounding errors are spread evenly over a step, whose mean square is a twelfth of the step's. */
function squaredError(histogram: Histogram, { min, max }: Range): number {
  const rounding = ((max - min) / steps) ** 2 / 12;
  return histogram.counts.reduce((sum, count, bin) => {
    if (count === 0) return sum;
    const value = histogram.valueOf(bin);
    const clipped = Math.min(max, Math.max(min, value));
    return sum + count * (clipped === value ? rounding : (value - clipped) ** 2);
  }, 0);
}
