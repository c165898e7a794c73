import type { Random } from '../../../base/random.ts';

/** A parameter's place in a flat buffer. */
export interface Stretch {
  readonly offset: number;
  readonly length: number;
}

/** How a parameter is sampled: one number at random out of each `stride`. */
interface SampledStretch {
  readonly firstPlace: number;
  readonly stride: number;
  readonly picks: Uint16Array | undefined;
}

/** Parameters up to this length are always taken whole: biases and norms are few, and have much of a gradient. */
const wholeLength = 4096;

/**
 * Which of a supernet's numbers a gradient is looked at: all of them, or all of small parameters and of large ones one at
 * random out of each stretch of equal length, which stands for all of its stretch. Products and norms of gradients summed
 * over the sample are then unbiased; and unlike every n-th number, the sample does not fall into step with rows and channels.
 */
export class CoordinateSample {
  /** Numbers taken at most, one for each place. */
  readonly places: number;
  readonly #stretches: ReadonlyMap<number, SampledStretch>;

  /**
   * @param parameters the supernet's trainable ones
   * @param most numbers that are taken, but for small parameters and roundings
   */
  constructor(parameters: readonly Stretch[], most: number, random: Random, whole = wholeLength) {
    const small = sumOf(parameters.filter(({ length }) => length <= whole));
    const large = sumOf(parameters) - small;
    const stride = small + large <= most ? 1 : Math.ceil(large / Math.max(1, most - small));
    let firstPlace = 0;
    this.#stretches = new Map(parameters.map(({ offset, length }) => {
      const own = length <= whole ? 1 : stride;
      const count = Math.ceil(length / own);
      const picks = own === 1 ? undefined : Uint16Array.from({ length: count }, () => random.integer(own));
      const stretch = { firstPlace, stride: own, picks };
      firstPlace += count;
      return [offset, stretch];
    }));
    this.places = firstPlace;
  }

  /**
   * Those of a parameter's numbers `start` to `end` (not included) that are in the sample, times the root of how many each
   * stands for, so that products of two count as often.
   * @param offset of the parameter
   * @param values the numbers from `from` on
   * @param places receives their places from `at` on, `taken` what is taken
   * @returns where the next ones go
   * @throws RangeError for an offset where no parameter begins
   */
  take(offset: number, start: number, end: number, values: Float32Array, from: number, places: Uint32Array, taken: Float32Array, at: number): number {
    const stretch = this.#stretches.get(offset);
    if (!stretch) throw new RangeError(`No parameter begins at ${offset}.`);
    const { firstPlace, stride, picks } = stretch;
    if (picks === undefined) {
      for (let i = start; i < end; i++) {
        places[at] = firstPlace + i;
        taken[at++] = values[from + i - start];
      }
      return at;
    }
    const scale = Math.sqrt(stride);
    const last = Math.floor((end - 1) / stride);
    for (let place = Math.floor(start / stride); place <= last; place++) {
      const index = place * stride + picks[place];
      if (index < start || index >= end) continue;
      places[at] = firstPlace + place;
      taken[at++] = scale * values[from + index - start];
    }
    return at;
  }
}

const sumOf = (parameters: readonly Stretch[]) => parameters.reduce((sum, { length }) => sum + length, 0);
