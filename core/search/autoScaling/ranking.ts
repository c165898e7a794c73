import type { Measure } from '../measure.ts';

/** A measure of one candidate: its mean over repeats, and the standard error of that mean. */
export interface Estimate {
  readonly mean: number;
  readonly standardError: number;
}

export interface RankedCandidate {
  /** Of each measure, in the order of the measures. */
  readonly estimates: readonly Estimate[];
}

export type RankingRule = 'released' | 'corrected' | 'noise-aware';

/**
 * The best of some candidates (Algorithm 2, lines 5 to 8): the one whose ranks by all measures have the smallest sum.
 *
 * `released` breaks a tie between the first two by the measure with the larger relative range, (max - min) / max, taking
 * the smaller value whatever that measure is for; further tied candidates are not looked at. `corrected` compares
 * all tied candidates by that measure in its own direction. `noise-aware` ranks a candidate by how many others
 * are better by more than `significance` standard errors of the difference, so that noise decides nothing it should
 * not; what is still tied is decided by the sum of the values' places in their ranges.
 * @returns an index into the candidates
 * @throws RangeError without candidates
 */
export function bestCandidate(
  candidates: readonly RankedCandidate[], measures: readonly Measure[], rule: RankingRule, significance = 1.96,
): number {
  if (candidates.length === 0) throw new RangeError('There is no candidate to choose from.');
  const estimates = measures.map((_, m) => candidates.map((candidate) => candidate.estimates[m]));
  const ranks = estimates.map((own, m) => (rule === 'noise-aware' ? noiseAwareRanks(own, measures[m], significance) : denseRanks(own, measures[m])));
  const sums = candidates.map((_, i) => ranks.reduce((sum, own) => sum + own[i], 0));
  const least = Math.min(...sums);
  const tied = [...sums.keys()].filter((i) => sums[i] === least);
  if (tied.length === 1) return tied[0];
  if (rule === 'noise-aware') return lowest(tied, (i) => measures.reduce((sum, measure, m) => sum + placeInRange(estimates[m], i, measure), 0));
  const decisive = widestMeasure(estimates);
  const badness = rule === 'released' ? (i: number) => estimates[decisive][i].mean : (i: number) => cost(estimates[decisive][i].mean, measures[decisive]);
  return lowest(rule === 'released' ? tied.slice(0, 2) : tied, badness);
}

/** Smaller is better. */
const cost = (value: number, { better }: Measure) => (better === 'higher' ? -value : value);

/** From 0; equal values share a rank, and the next rank follows without a gap. */
function denseRanks(estimates: readonly Estimate[], measure: Measure): number[] {
  const costs = estimates.map(({ mean }) => cost(mean, measure));
  const distinct = [...new Set(costs)].sort((a, b) => a - b);
  return costs.map((value) => distinct.indexOf(value));
}

/** How many candidates are better beyond the noise. */
function noiseAwareRanks(estimates: readonly Estimate[], measure: Measure, significance: number): number[] {
  return estimates.map((own) => estimates.filter((other) => {
    const error = Math.hypot(own.standardError, other.standardError);
    return cost(own.mean, measure) - cost(other.mean, measure) > significance * error;
  }).length);
}

/** The measure with the largest (max - min) / max. */
function widestMeasure(estimates: readonly (readonly Estimate[])[]): number {
  const widths = estimates.map((own) => {
    const values = own.map(({ mean }) => mean);
    return (Math.max(...values) - Math.min(...values)) / Math.max(...values);
  });
  return widths.indexOf(Math.max(...widths));
}

/** 0 for the best value of a measure, 1 for the worst. */
function placeInRange(estimates: readonly Estimate[], index: number, measure: Measure): number {
  const costs = estimates.map(({ mean }) => cost(mean, measure));
  const [least, most] = [Math.min(...costs), Math.max(...costs)];
  return most === least ? 0 : (costs[index] - least) / (most - least);
}

function lowest(indices: readonly number[], of: (index: number) => number): number {
  return indices.reduce((best, i) => (of(i) < of(best) ? i : best));
}
