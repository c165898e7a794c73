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
  count: number, statistic: (indices: readonly number[]) => number, { level, ...options }: BootstrapOptions,
): Interval | undefined {
  const values: number[] = [];
  resample(count, options, (indices) => values.push(statistic(indices)));
  return percentileInterval(values, level);
}

/** Draws as many observations as there are, with replacement, again and again: statistics of one draw are paired. */
export function resample(
  count: number, { random, resamples = 2000 }: Omit<BootstrapOptions, 'level'>, visit: (indices: readonly number[]) => void,
): void {
  for (let i = 0; i < resamples; i++) visit(Array.from({ length: count }, () => random.integer(count)));
}

/**
 * The middle part of a statistic's values over draws.
 * @param values NaN where the statistic was not defined
 * @returns undefined without any value
 */
export function percentileInterval(values: readonly number[], level = 0.95): Interval | undefined {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort((a, b) => a - b);
  if (sorted.length === 0) return undefined;
  return { low: quantile(sorted, (1 - level) / 2), high: quantile(sorted, (1 + level) / 2) };
}

/** Linear between the neighbouring values. @param sorted ascending */
function quantile(sorted: readonly number[], share: number): number {
  const place = share * (sorted.length - 1);
  const below = Math.floor(place);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
}
