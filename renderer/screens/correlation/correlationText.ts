import type { Agreement, CorrelatedRanking, Estimate } from '../../../core/api/contract/types.ts';

/** Rankings in descending tau, those without one last. */
export function byTau(rankings: readonly CorrelatedRanking[], of: (ranking: CorrelatedRanking) => Agreement): CorrelatedRanking[] {
  return rankings.toSorted((a, b) => (of(b).tau.value ?? -2) - (of(a).tau.value ?? -2));
}

const dash = '–';

/** "0.348", with a minus sign that is as wide as a plus. */
export function figureText({ value }: Estimate, digits = 3): string {
  return value === null ? dash : signed(value, digits);
}

/** "+0.039" */
export function gainText({ value }: Estimate): string {
  return value === null ? dash : `${value > 0 ? '+' : ''}${signed(value, 3)}`;
}

/** "0.31 to 0.39" */
export function rangeText({ interval }: Estimate, digits = 2): string {
  return interval === null ? '' : `${signed(interval.low, digits)} to ${signed(interval.high, digits)}`;
}

/** Whether a paired difference is beyond chance: its whole interval lies on one side of zero. */
export function verdictOf({ interval }: Estimate): 'better' | 'worse' | 'open' {
  if (interval === null) return 'open';
  return interval.low > 0 ? 'better' : interval.high < 0 ? 'worse' : 'open';
}

/** "0.8 ms", "42 s", "5.4 min": scoring all networks. */
export function scoringTime(ms: number | null): string {
  if (ms === null) return dash;
  if (ms < 1000) return `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`;
  return ms < 120e3 ? `${(ms / 1e3).toFixed(ms < 10e3 ? 1 : 0)} s` : `${(ms / 60e3).toFixed(1)} min`;
}

const signed = (value: number, digits: number) => value.toFixed(digits).replace('-', '−');

/** The last part of a path, on any system. */
export const baseName = (path: string) => path.replace(/^.*[/\\]/, '');
