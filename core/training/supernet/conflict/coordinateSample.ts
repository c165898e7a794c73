import { Random } from '../../../base/random.ts';

/**
 * Which of a supernet's parameters a gradient is looked at: all of them, or one at random out of each stretch of equal
 * length. Every parameter is as likely to be taken as any other, so products and norms of gradients summed over the sample
 * are unbiased up to a common factor, which a cosine does not have; and unlike every n-th parameter, the sample does not
 * fall into step with rows and channels.
 */
export class CoordinateSample {
  /** Parameters taken at most, one for each place. */
  readonly places: number;
  /** Parameters in the stretch that each place stands for. */
  readonly stride: number;
  readonly #picks: Uint16Array | undefined;

  /**
   * @param length of the supernet's trainable parameters
   * @param most that are taken
   */
  constructor(length: number, most: number, random: Random) {
    this.stride = Math.max(1, Math.ceil(length / most));
    this.places = Math.ceil(length / this.stride);
    this.#picks = this.stride === 1 ? undefined : Uint16Array.from({ length: this.places }, () => random.integer(this.stride));
  }

  /**
   * Those of the parameters `start` to `end` (not included) that are in the sample.
   * @param places receives their places from `at` on
   * @param values the parameters' numbers from `from` on; those taken are written to `taken` from `at` on
   * @returns where the next ones go
   */
  take(start: number, end: number, values: Float32Array, from: number, places: Uint32Array, taken: Float32Array, at: number): number {
    const { stride } = this;
    const picks = this.#picks;
    if (picks === undefined) {
      for (let i = start; i < end; i++) {
        places[at] = i;
        taken[at++] = values[from + i - start];
      }
      return at;
    }
    const last = Math.floor((end - 1) / stride);
    for (let place = Math.floor(start / stride); place <= last; place++) {
      const coordinate = place * stride + picks[place];
      if (coordinate < start || coordinate >= end) continue;
      places[at] = place;
      taken[at++] = values[from + coordinate - start];
    }
    return at;
  }
}
