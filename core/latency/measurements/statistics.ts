import type { Round } from './record.ts';

/** The middle value, or the mean of the two in the middle. @param values at least one */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** With linear interpolation between order statistics. @param values at least one @param share from 0 to 1 */
export function quantile(values: readonly number[], share: number): number {
  const sorted = Float64Array.from(values).sort();
  const at = share * (sorted.length - 1);
  const below = Math.floor(at);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
}

/** Median of the absolute deviations from the median. */
export function medianAbsoluteDeviation(values: readonly number[]): number {
  const middle = median(values);
  return median(values.map((value) => Math.abs(value - middle)));
}

/** What the rounds of one model say together (latency.md, section 5.5). */
export interface RoundsSummary {
  /** Median of the rounds' medians. */
  readonly latencyMs: number;
  /** Largest median over the smallest, less one; null with fewer than two rounds. */
  readonly spread: number | null;
  readonly p10Ms: number;
  readonly p90Ms: number;
  readonly madMs: number;
  /** Without runs beyond the median and five MADs, which are left out of nothing else. */
  readonly meanMs: number;
  readonly runs: number;
}

export function summariseRounds(rounds: readonly Pick<Round, 'runsMs'>[]): RoundsSummary {
  const medians = rounds.map(({ runsMs }) => median(runsMs));
  const all = rounds.flatMap(({ runsMs }) => runsMs);
  const [middle, madMs] = [median(all), medianAbsoluteDeviation(all)];
  const usual = all.filter((value) => value <= middle + 5 * madMs);
  return {
    latencyMs: median(medians),
    spread: spreadOf(medians),
    p10Ms: quantile(all, 0.1), p90Ms: quantile(all, 0.9), madMs,
    meanMs: usual.reduce((sum, value) => sum + value, 0) / usual.length,
    runs: all.length,
  };
}

/** How far apart the medians of rounds lie: largest over smallest, less one; null with fewer than two. */
export function spreadOf(medians: readonly number[]): number | null {
  return medians.length < 2 ? null : Math.max(...medians) / Math.min(...medians) - 1;
}

/** Rounds that agree this well weigh fully: clocks and schedulers do not allow to tell more. */
const finestSpread = 0.01;

/** How much a measurement counts in a fit, 1 at most: inversely to the variance that its rounds show. */
export function weightOf({ spread }: { readonly spread: number | null }): number {
  return (finestSpread / Math.max(finestSpread, spread ?? finestSpread)) ** 2;
}
