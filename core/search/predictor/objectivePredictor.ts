import { kendallTau } from '../../base/rankStatistics.ts';
import { predictLatencies } from '../problem.ts';
import type { LatencyInterval, SearchProblem } from '../problem.ts';
import { featureMaker } from './features.ts';
import { fitBestGaussianProcess } from './gaussianProcess.ts';
import type { Regression, RegressionName } from './regression.ts';
import { fitBestRidge } from './ridge.ts';

export interface ObjectivePredictor<A> {
  /** What kind of regression was chosen. */
  readonly name: RegressionName;
  /** Kendall's tau-b of leave-one-out predictions with the known values; NaN when all of these are equal. */
  readonly crossValidatedTau: number;
  predict(arch: A, latencies: readonly LatencyInterval[]): number;
  /** How unsure the prediction is, as a standard deviation; only where the chosen regression can tell. */
  deviation?(arch: A, latencies: readonly LatencyInterval[]): number;
}

export interface Example<A> {
  readonly arch: A;
  readonly latencies: readonly LatencyInterval[];
  readonly value: number;
}

/**
 * Learns the objective's value from architectures that have been evaluated, by the regression that orders those best that it was not
 * fitted to, as MSuNAS chooses its surrogate at every round (Lu et al., ECCV 2020). The same examples in
 * the same order give the same predictor.
 */
export function fitObjectivePredictor<A>(problem: SearchProblem<A>, examples: readonly Example<A>[]): ObjectivePredictor<A> {
  const { space } = problem;
  const maker = featureMaker(space, [predictLatencies(problem, space.smallest), predictLatencies(problem, space.largest)]);
  const rows = examples.map(({ arch, latencies }) => maker.scaled(arch, latencies));
  const values = examples.map(({ value }) => value);

  const trials: readonly { name: RegressionName; expand: (row: Float64Array) => Float64Array; fit: Fit }[] = [
    { name: 'gaussianProcess', expand: (row) => row, fit: fitBestGaussianProcess },
    { name: 'ridge', expand: maker.oneHot, fit: fitBestRidge },
    { name: 'quadraticRidge', expand: maker.quadratic, fit: fitBestRidge },
  ];
  const fitted = trials.map(({ name, expand, fit }) => {
    const regression = fit(rows.map(expand), values);
    return { name, expand, regression, tau: kendallTau(Array.from(regression.leaveOneOut), values) };
  });
  // The first of equals; with constant values (NaN) the Gaussian process.
  const { name, expand, regression, tau } = fitted.reduce((best, one) => (one.tau > best.tau ? one : best));
  return {
    name,
    crossValidatedTau: tau,
    predict: (arch, latencies) => regression.predict(expand(maker.scaled(arch, latencies))),
    ...(regression.deviation
      ? { deviation: (arch, latencies) => regression.deviation!(expand(maker.scaled(arch, latencies))) } : {}),
  };
}

type Fit = (rows: readonly ArrayLike<number>[], targets: readonly number[]) => Regression;
