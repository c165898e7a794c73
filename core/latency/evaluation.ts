import type { Random } from '../base/random.ts';
import type { Network } from '../network/network.ts';
import { fitBaseline } from './baselines.ts';
import type { Baseline } from './baselines.ts';
import type { Evaluation } from './deviceModel.ts';
import { errorReport, mean } from './errorReport.ts';
import type { ErrorReport } from './errorReport.ts';

/** Networks with their measured latencies in ms. */
export interface MeasuredNetworks {
  readonly networks: readonly Network[];
  readonly latenciesMs: readonly number[];
}

/** An error report as it stands in a file: rounded to what its digits can carry. */
export function evaluation(title: string, measured: readonly number[], predicted: readonly number[]): Evaluation {
  return { title, errors: rounded(errorReport(measured, predicted)) };
}

/**
 * How a baseline does on the same test networks when it is fitted to a few whole networks: the mean of the reports of
 * several draws of these few.
 */
export function evaluateBaseline(
  baseline: Baseline, pool: MeasuredNetworks, test: MeasuredNetworks,
  { fittedNetworks, draws }: { fittedNetworks: number; draws: number }, random: Random,
): Evaluation {
  const reports = Array.from({ length: draws }, () => {
    const chosen = random.shuffled(pool.networks.map((_, i) => i)).slice(0, fittedNetworks);
    const predict = fitBaseline(baseline, chosen.map((i) => pool.networks[i]), chosen.map((i) => pool.latenciesMs[i]));
    return errorReport(test.latenciesMs, test.networks.map(predict));
  });
  return {
    title: `${baseline.title}, fitted to ${fittedNetworks} whole networks (mean of ${draws} draws)`,
    errors: rounded(meanReport(reports)),
  };
}

/**
 * How a baseline does on measured networks, each predicted by a fit to those of other parts.
 * @param order the places of the networks in random order; they are dealt into ten parts
 */
export function crossValidateBaseline(baseline: Baseline, { networks, latenciesMs }: MeasuredNetworks, order: readonly number[]): Evaluation {
  const parts = Math.min(10, order.length);
  const predicted = new Array<number>(order.length);
  for (let part = 0; part < parts; part++) {
    const fitted = order.filter((_, i) => i % parts !== part);
    const predict = fitBaseline(baseline, fitted.map((i) => networks[i]), fitted.map((i) => latenciesMs[i]));
    for (const place of order.filter((_, i) => i % parts === part)) predicted[place] = predict(networks[place]);
  }
  return evaluation(`${baseline.title}, each network predicted by a fit to the others`, latenciesMs, predicted);
}

function meanReport(reports: readonly ErrorReport[]): ErrorReport {
  const average = (pick: (report: ErrorReport) => number) => mean(reports.map(pick));
  return {
    count: reports[0].count,
    mapePercent: average((report) => report.mapePercent),
    rmspePercent: average((report) => report.rmspePercent),
    biasPercent: average((report) => report.biasPercent),
    worstPercent: average((report) => report.worstPercent),
    withinPercent: {
      1: average((report) => report.withinPercent[1]), 3: average((report) => report.withinPercent[3]),
      5: average((report) => report.withinPercent[5]), 10: average((report) => report.withinPercent[10]),
    },
    kendallTau: average((report) => report.kendallTau),
    spearmanRho: average((report) => report.spearmanRho),
  };
}

function rounded({ count, withinPercent, kendallTau, spearmanRho, ...percentages }: ErrorReport): Evaluation['errors'] {
  const short = (value: number, digits: number) => Number(value.toFixed(digits));
  return {
    count,
    mapePercent: short(percentages.mapePercent, 3),
    rmspePercent: short(percentages.rmspePercent, 3),
    biasPercent: short(percentages.biasPercent, 3),
    worstPercent: short(percentages.worstPercent, 2),
    withinPercent: {
      1: short(withinPercent[1], 2), 3: short(withinPercent[3], 2),
      5: short(withinPercent[5], 2), 10: short(withinPercent[10], 2),
    },
    kendallTau: Number.isFinite(kendallTau) ? short(kendallTau, 4) : null,
    spearmanRho: Number.isFinite(spearmanRho) ? short(spearmanRho, 4) : null,
  };
}
