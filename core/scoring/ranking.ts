import { midRanks } from '../base/rankStatistics.ts';
import type { ProxyDescription } from './proxy.ts';

/**
 * Orders scores from the most to the least promising; those that are not valid (NaN or infinite) come last.
 * @returns negative when `a` comes first
 */
export function compareScores({ direction }: Pick<ProxyDescription, 'direction'>, a: number, b: number): number {
  const [validA, validB] = [Number.isFinite(a), Number.isFinite(b)];
  if (!validA || !validB) return Number(validB) - Number(validA);
  return direction === 'higher' ? b - a : a - b;
}

/** Indices of scores, the most promising first; equal ones keep their order. */
export function bestFirst(proxy: Pick<ProxyDescription, 'direction'>, values: readonly number[]): number[] {
  return [...values.keys()].sort((i, j) => compareScores(proxy, values[i], values[j]));
}

/**
 * Ranks of scores, the highest for the most promising, whatever the direction: 1 to their number; equal ones share the mean of
 * their ranks, and so do those that are not valid, below all others.
 */
export function promiseRanks({ direction }: Pick<ProxyDescription, 'direction'>, values: readonly number[]): number[] {
  return midRanks(values.map((value) => !Number.isFinite(value) ? -Number.MAX_VALUE : direction === 'higher' ? value : -value));
}
