/** Others that run the same plan on their shares of the same batch, at the same time. */
export interface Peers {
  /** Images of the whole batch for each image of this share. */
  readonly batchFactor: number;
  /** Turns the means and biased variances of the share into those of the whole batch, in place. */
  combineStatistics(mean: Float32Array, variance: Float32Array): void;
  /** Replaces each number by its sum over all shares, in one exchange for all arrays. */
  sum(...arrays: readonly Float32Array[]): void;
}
