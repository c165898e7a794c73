import { kendallTau, spearmanRho } from '../base/rankStatistics.ts';

/** How predictions compare with measurements. All shares and errors in percent. */
export interface ErrorReport {
  readonly count: number;
  /** Mean absolute percentage error. */
  readonly mapePercent: number;
  /** Root mean squared percentage error: 100 sqrt(mean(((y - p) / y)^2)). */
  readonly rmspePercent: number;
  /** Mean signed percentage error: positive when predictions are too slow. */
  readonly biasPercent: number;
  readonly worstPercent: number;
  /** Share of predictions within the given percentage of the measurement. */
  readonly withinPercent: { readonly 1: number; readonly 3: number; readonly 5: number; readonly 10: number };
  readonly kendallTau: number;
  readonly spearmanRho: number;
}

/** @param measured and @param predicted in ms, of equal length. */
export function errorReport(measured: readonly number[], predicted: readonly number[]): ErrorReport {
  const signed = measured.map((y, i) => 100 * (predicted[i] - y) / y);
  const sizes = signed.map(Math.abs);
  const within = (limit: number) => 100 * mean(sizes.map((size) => (size <= limit ? 1 : 0)));
  return {
    count: measured.length,
    mapePercent: mean(sizes),
    rmspePercent: Math.sqrt(mean(signed.map((error) => error ** 2))),
    biasPercent: mean(signed),
    worstPercent: sizes.reduce((worst, size) => Math.max(worst, size), 0),
    withinPercent: { 1: within(1), 3: within(3), 5: within(5), 10: within(10) },
    kendallTau: kendallTau(measured, predicted),
    spearmanRho: spearmanRho(measured, predicted),
  };
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
