import type { Agreement, Estimate } from '../../scoring/agreement.ts';
import { signed, tauText } from './remarks.ts';
import type { Correlation, CorrelatedRanking } from './result.ts';

/** A table as text, the first column to the left and numbers to the right. */
export interface TextTable {
  readonly title: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** Kendall's tau of every ranking, the best mean first: the mean with its interval, and each column. */
export function overviewTable({ rankings, columns }: Correlation): TextTable {
  const several = columns.length > 1;
  return {
    title: "Kendall's tau-b with accuracy (95 % interval)",
    head: ['score', ...(several ? ['mean', 'interval'] : ['tau', 'interval']), ...(several ? columns.map(({ name }) => name) : []), 'invalid', 'time'],
    rows: byTau(rankings, ({ mean }) => mean).map(({ id, isBaseline, mean, columns: own, invalid, ms }) => [
      isBaseline ? `${id} (baseline)` : id, tauText(mean.tau), rangeText(mean.tau), ...(several ? own.map(({ tau }) => tauText(tau)) : []),
      invalid === 0 ? '' : String(invalid), ms === null ? '' : timeText(ms),
    ]),
  };
}

/** Everything about one column, the best tau first. */
export function columnTable({ rankings, columns }: Correlation, column: number): TextTable {
  const { title, measured, topK } = columns[column];
  const of = (ranking: CorrelatedRanking) => ranking.columns[column];
  return {
    title: `${title}: ${measured} networks, k = ${topK}`,
    head: ['score', 'tau', 'interval', 'rho', 'interval', 'recall@k', 'interval', 'regret@k', 'interval', 'tau over params', 'interval', 'over MACs', 'interval'],
    rows: byTau(rankings, of).map((ranking) => {
      const { tau, rho, recall, regret, gains } = of(ranking);
      const unchanged = { value: null, interval: null };
      return [
        ranking.isBaseline ? `${ranking.id} (baseline)` : ranking.id, tauText(tau), rangeText(tau), tauText(rho), rangeText(rho),
        fixed(recall, 2), rangeText(recall, 2), fixed(regret, 2), rangeText(regret, 2),
        ...['params', 'macs'].flatMap((id) => [fixed(gains[id] ?? unchanged, 3), rangeText(gains[id] ?? unchanged)]),
      ];
    }),
  };
}

/** Rankings in descending tau, those without one last. */
export function byTau(rankings: readonly CorrelatedRanking[], of: (ranking: CorrelatedRanking) => Agreement): CorrelatedRanking[] {
  return [...rankings].sort((a, b) => (of(b).tau.value ?? -2) - (of(a).tau.value ?? -2));
}

const fixed = ({ value }: Estimate, digits: number) => value === null ? '' : signed(value, digits);

const rangeText = ({ interval }: Estimate, digits = 2) => interval ? `${signed(interval.low, digits)} to ${signed(interval.high, digits)}` : '';

/** "35 ms", "2.1 s", "4.0 min" for all networks together. */
function timeText(ms: number): string {
  return ms < 100 ? `${ms.toFixed(ms < 10 ? 1 : 0)} ms` : ms < 120e3 ? `${(ms / 1e3).toFixed(1)} s` : `${(ms / 60e3).toFixed(1)} min`;
}
