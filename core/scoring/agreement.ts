import { percentileInterval, resample, type Interval } from '../base/bootstrap.ts';
import type { Random } from '../base/random.ts';
import { kendallTau, spearmanRho } from '../base/rankStatistics.ts';
import { topRecall, topRegret } from '../base/topChoices.ts';

/** Architectures as a proxy orders them. */
export interface Ranking {
  readonly id: string;
  /** The highest for the most promising architecture; without NaN. */
  readonly ranks: readonly number[];
}

/** What the same architectures are worth. */
export interface MeasuredColumn {
  readonly name: string;
  /** In the order of the rankings; null where it was not measured. */
  readonly accuracies: readonly (number | null)[];
}

/** A figure and the range that it keeps within over draws of other architectures; null where it is not defined. */
export interface Estimate {
  readonly value: number | null;
  readonly interval: Interval | null;
}

export interface Agreement {
  /** Kendall's tau-b. */
  readonly tau: Estimate;
  /** Spearman's rho. */
  readonly rho: Estimate;
  /** Share of the k best architectures among the k that the ranking puts first. */
  readonly recall: Estimate;
  /** The best accuracy of all minus that of the ranking's first k. */
  readonly regret: Estimate;
  /** By baseline: tau minus the baseline's tau, on the same draws. */
  readonly gains: Readonly<Record<string, Estimate>>;
}

export interface RankingAgreement {
  readonly id: string;
  /** In the order of the columns. */
  readonly columns: readonly Agreement[];
  /** The mean over the columns. */
  readonly mean: Agreement;
}

export interface AgreementOptions {
  /** Architectures that one would train: the k of recall and regret, for each column. */
  readonly topK: readonly number[];
  /** Rankings that the others are compared with. */
  readonly baselines: readonly string[];
  readonly random: Random;
  /** Draws of the bootstrap. */
  readonly resamples?: number;
  /** Probability that an interval is to hold. */
  readonly level?: number;
}

/** tau, rho, recall, regret. */
type Figures = readonly [number, number, number, number];

/**
 * How far rankings order architectures as their accuracies do. Intervals are percentiles of a bootstrap over architectures; all
 * rankings and columns share its draws, so that differences between rankings are paired.
 */
export function agreements(rankings: readonly Ranking[], columns: readonly MeasuredColumn[], options: AgreementOptions): RankingAgreement[] {
  const { topK, baselines, random, resamples = 1000, level } = options;
  const count = columns[0]?.accuracies.length ?? 0;
  const figuresOf = (indices: readonly number[]): Figures[][] => {
    const measured = columns.map(({ accuracies }) => indices.filter((i) => accuracies[i] !== null));
    return rankings.map(({ ranks }) => withMean(columns.map(({ accuracies }, column) => {
      const own = measured[column];
      return figures(own.map((i) => ranks[i]), own.map((i) => accuracies[i]!), topK[column]);
    })));
  };
  const found = figuresOf([...Array(count).keys()]);
  const draws: Figures[][][] = [];
  resample(count, { random, resamples }, (indices) => draws.push(figuresOf(indices)));

  /** @param of the figure in a set of those of all rankings */
  const estimate = (of: (all: Figures[][]) => number): Estimate => {
    const value = of(found);
    if (Number.isNaN(value)) return { value: null, interval: null };
    return { value, interval: percentileInterval(draws.map(of), level) ?? null };
  };
  const compared = baselines.map((id) => ({ id, at: rankings.findIndex((ranking) => ranking.id === id) })).filter(({ at }) => at >= 0);
  return rankings.map(({ id }, ranking) => {
    const each = found[ranking].map((_, column): Agreement => {
      const [tau, rho, recall, regret] = [0, 1, 2, 3].map((figure) => estimate((all) => all[ranking][column][figure]));
      const gains = compared.filter(({ at }) => at !== ranking)
        .map((baseline) => [baseline.id, estimate((all) => all[ranking][column][0] - all[baseline.at][column][0])] as const);
      return { tau, rho, recall, regret, gains: Object.fromEntries(gains) };
    });
    return { id, columns: each.slice(0, -1), mean: each[each.length - 1] };
  });
}

function figures(ranks: readonly number[], accuracies: readonly number[], k: number): Figures {
  if (ranks.length === 0) return [NaN, NaN, NaN, NaN];
  return [kendallTau(ranks, accuracies), spearmanRho(ranks, accuracies), topRecall(ranks, accuracies, k), topRegret(ranks, accuracies, k)];
}

/** The columns' figures, and behind them their means. */
function withMean(columns: readonly Figures[]): Figures[] {
  const mean = (figure: number) => columns.reduce((sum, column) => sum + column[figure], 0) / columns.length;
  return [...columns, [mean(0), mean(1), mean(2), mean(3)]];
}
