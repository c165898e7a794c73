import type { Measure } from '../measure.ts';

/** The values of the measures in their order; null where one could not be taken. */
export type Measured = readonly (number | null)[];

/**
 * From which samples the range is taken that a change is divided by: all so far, as in Algorithm 1 of the paper, or the
 * last 20, as in the release.
 */
export type RewardRange = 'all' | 'last-20';

const releasedWindow = 20;
/** In the released denominator. */
const smallest = 1e-6;

/**
 * The reward of the last sample (As-ViT, Algorithm 1): of each measure, its change against the sample before, divided by
 * its range, added up; measures that should fall count with the opposite sign.
 * @param history valid samples in order, the one to be rewarded last
 */
export function rewardOf(history: readonly (readonly number[])[], measures: readonly Measure[], range: RewardRange): number {
  const [before, now] = [history.at(-2), history.at(-1)];
  if (!before || !now) return 0;
  const window = range === 'all' ? history : history.slice(-releasedWindow);
  return measures.reduce((sum, { better }, i) => {
    const values = window.map((sample) => sample[i]);
    const width = Math.max(...values) - Math.min(...values);
    if (range === 'all' && width === 0) return sum;
    const change = (now[i] - before[i]) / (range === 'all' ? width : width + smallest);
    return sum + (better === 'higher' ? change : -change);
  }, 0);
}
