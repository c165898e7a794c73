import { cholesky, inverseDiagonal, solveFactored, solveLower } from './cholesky.ts';
import { mean } from './regression.ts';
import type { Regression } from './regression.ts';

export interface GaussianProcessOptions {
  /** In units of the root mean square distance over the features. */
  readonly lengthScale: number;
  /** Variance of the examples' noise as a share of the function's variance. */
  readonly noise: number;
}

export interface GaussianProcess extends Regression {
  deviation(features: ArrayLike<number>): number;
  /** Up to a constant, at the variance that makes it largest. */
  readonly logLikelihood: number;
}

const lengthScales = [0.25, 0.5, 1, 2, 4];
const noises = [1e-3, 1e-2, 1e-1, 0.5];

/**
 * Gaussian process regression (Rasmussen and Williams, 2006, algorithm 2.1) with a constant mean and a Matern 5/2
 * kernel, whose variance is the one of largest likelihood. Leave-one-out predictions by their equation 5.12.
 * @param rows of features, all as long as each other
 * @throws RangeError when examples repeat and the noise is too little to tell them apart
 */
export function fitGaussianProcess(
  rows: readonly ArrayLike<number>[], targets: readonly number[], { lengthScale, noise }: GaussianProcessOptions,
): GaussianProcess {
  return fitToDistances(rows, distancesOf(rows), targets, lengthScale, noise);
}

/** A Gaussian process with the length scale and noise of largest marginal likelihood on a small grid. */
export function fitBestGaussianProcess(rows: readonly ArrayLike<number>[], targets: readonly number[]): GaussianProcess {
  const distances = distancesOf(rows);
  let best: GaussianProcess | undefined;
  for (const lengthScale of lengthScales) {
    for (const noise of noises) {
      const fit = fitToDistances(rows, distances, targets, lengthScale, noise);
      if (best === undefined || fit.logLikelihood > best.logLikelihood) best = fit;
    }
  }
  return best!;
}

function fitToDistances(
  rows: readonly ArrayLike<number>[], distances: Float64Array, targets: readonly number[], lengthScale: number, noise: number,
): GaussianProcess {
  const n = rows.length;
  const covariance = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) covariance[i * n + j] = matern(distances[i * n + j] / lengthScale);
    covariance[i * n + i] = 1 + noise;
  }
  const lower = cholesky(covariance, n);
  if (!lower) throw new RangeError(`A Gaussian process with noise ${noise} cannot tell its examples apart; more noise is needed.`);
  const middle = mean(targets);
  const weights = solveFactored(lower, targets.map((target) => target - middle));
  const variance = targets.reduce((sum, target, i) => sum + (target - middle) * weights[i], 0) / n;
  let logDeterminant = 0;
  for (let i = 0; i < n; i++) logDeterminant += 2 * Math.log(lower[i * n + i]);
  const similarities = (features: ArrayLike<number>) =>
    Float64Array.from(rows, (row) => matern(distance(row, features) / lengthScale));
  let left: Float64Array | undefined;
  return {
    logLikelihood: -0.5 * (n * Math.log(Math.max(variance, Number.MIN_VALUE)) + logDeterminant),
    predict(features) {
      let sum = middle;
      for (let i = 0; i < n; i++) sum += weights[i] * matern(distance(rows[i], features) / lengthScale);
      return sum;
    },
    deviation(features) {
      const explained = solveLower(lower, similarities(features)).reduce((sum, value) => sum + value * value, 0);
      return Math.sqrt(variance * Math.max(0, 1 - explained));
    },
    // Only the process that is chosen needs them.
    get leaveOneOut() {
      return left ??= inverseDiagonal(lower, n).map((inverse, i) => targets[i] - weights[i] / inverse);
    },
  };
}

/** (1 + a + a^2 / 3) exp(-a) with a = sqrt(5) r. */
function matern(r: number): number {
  const a = Math.sqrt(5) * r;
  return (1 + a + (a * a) / 3) * Math.exp(-a);
}

function distance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let j = 0; j < a.length; j++) {
    const difference = a[j] - b[j];
    sum += difference * difference;
  }
  return Math.sqrt(sum / a.length);
}

/** Lower half, row by row. */
function distancesOf(rows: readonly ArrayLike<number>[]): Float64Array {
  const n = rows.length;
  const distances = new Float64Array(n * n);
  for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) distances[i * n + j] = distance(rows[i], rows[j]);
  return distances;
}
