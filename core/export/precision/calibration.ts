import { Random } from '../../base/random.ts';
import type { RangeMethod } from './clipping.ts';
import type { CalibrationInputs } from './observedRanges.ts';

/** What the ranges of activations are taken from. */
export interface Calibration extends CalibrationInputs {
  /** What the inputs are, for people: "128 training images of the study pets". */
  readonly source: string;
  readonly ranges: RangeMethod;
}

/** What a file tells of its calibration. */
export interface CalibrationFacts extends Pick<Calibration, 'source' | 'ranges'> {
  readonly images: number;
}

/** Enough that the ranges of another draw are nearly the same (docs/methods.md). */
export const defaultCalibrationImages = 128;

/**
 * Standard normal inputs, for networks without images: enough for the latency of a file, whose kernels do not depend on
 * ranges, but not for its accuracy.
 * @param size numbers in an input
 */
export function standInCalibration(size: number, seed: number | string, count = 16): Calibration {
  return {
    count, ranges: 'min-max', source: `${count} inputs of random numbers, because no images were given: good for measuring latency, not for using the network`,
    read(index) {
      const values = new Float32Array(size);
      new Random(`${seed}/calibration input ${index}`).fillNormal(values);
      return values;
    },
  };
}
