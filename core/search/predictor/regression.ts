/** A function learned from examples. */
export interface Regression {
  predict(features: ArrayLike<number>): number;
  /** Standard deviation of what is not known about the function there, noise of the examples left out. */
  deviation?(features: ArrayLike<number>): number;
  /** For every example, the prediction by a fit to all the others. */
  readonly leaveOneOut: ArrayLike<number>;
}

export type RegressionName = 'ridge' | 'quadraticRidge' | 'gaussianProcess';

export const mean = (values: ArrayLike<number>): number => {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return sum / values.length;
};
