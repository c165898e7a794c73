import { formatCount, formatHuge } from '../../format/index.ts';

/** A count of architectures in words: "2.2 × 10¹⁶" for one that numbers cannot hold, grouped digits for a small one. */
export function architecturesInWords(digits: string): string {
  return digits.length > 15 ? formatHuge(BigInt(digits)) : formatHuge(Number(digits));
}

/** Bars of a histogram, each 0 to 1 of the highest. */
export interface Histogram {
  readonly bars: readonly number[];
  readonly min: number;
  readonly max: number;
}

/**
 * The density that evenly spaced quantiles (0, 5, ..., 100 %) describe: each interval's share, spread over where it lies.
 * @param bins at least 1
 */
export function histogramOf(quantiles: readonly number[], bins: number): Histogram {
  const min = quantiles[0];
  const max = quantiles[quantiles.length - 1];
  const mass = new Array<number>(bins).fill(0);
  const width = (max - min) / bins;
  for (let i = 1; i < quantiles.length; i++) {
    const [low, high] = [quantiles[i - 1], quantiles[i]];
    for (let bin = 0; bin < bins; bin++) mass[bin] += width === 0 ? 1 : overlap(low, high, min + bin * width, min + (bin + 1) * width);
  }
  const highest = Math.max(...mass, Number.MIN_VALUE);
  return { bars: mass.map((value) => value / highest), min, max };
}

/** Share of [low, high] that lies in [from, to); a point counts where it lies. */
function overlap(low: number, high: number, from: number, to: number): number {
  if (high <= low) return low >= from && low < to ? 1 : 0;
  return Math.max(0, Math.min(high, to) - Math.max(low, from)) / (high - low);
}

/** "all", "none", "about 6 %": a share known from a sample. */
export function shareInWords(share: number): string {
  if (share >= 1) return 'all';
  if (share <= 0) return 'none';
  return `about ${Math.min(99, Math.max(1, Math.round(share * 100)))} %`;
}

/** "500 steps", "1 step". */
export const counted = (count: number, singular: string, plural = `${singular}s`): string => (
  `${formatCount(count)} ${count === 1 ? singular : plural}`);
