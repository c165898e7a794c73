import type { Random } from './random.ts';

export interface Interval {
  readonly low: number;
  readonly high: number;
}

export interface BootstrapOptions {
  readonly random: Random;
  readonly resamples?: number;
  /** Probability that the interval is to hold. */
  readonly level?: number;
}

/**
 * Percentile bootstrap (Efron 1979): the range that a statistic keeps within when the observations are drawn again, with
 * replacement, from those that there are. Draws for which the statistic is not defined are left out.
 * @param count of observations
 * @param statistic of the observations at some indices, which may repeat
 * @returns undefined when the statistic is defined for no draw
 */
export function bootstrapInterval(
  count: number, statistic: (indices: readonly number[]) => number, { random, resamples = 2000, level = 0.95 }: BootstrapOptions,
): Interval | undefined {
  const values: number[] = [];
  for (let i = 0; i < resamples; i++) {
    const value = statistic(Array.from({ length: count }, () => random.integer(count)));
    if (!Number.isNaN(value)) values.push(value);
  }
  if (values.length === 0) return undefined;
  values.sort((a, b) => a - b);
  return { low: quantile(values, (1 - level) / 2), high: quantile(values, (1 + level) / 2) };
}

/** Linear between the neighbouring values. @param sorted ascending */
function quantile(sorted: readonly number[], share: number): number {
  const place = share * (sorted.length - 1);
  const below = Math.floor(place);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
}
