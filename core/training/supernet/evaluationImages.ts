import type { ImageSet, ImageSplit } from '../../data/imageSet.ts';
import { batchIndices, permutation } from '../../data/order.ts';

/** The images of a data set that subnets are judged on. */
export interface EvaluationImages {
  readonly imageSize: number;
  /** Training images that set batch norms, batch after batch. */
  readonly calibration: ImageSplit;
  /** Validation images in a fixed random order: where only some are looked at, these are the first. */
  readonly validation: ImageSplit;
}

export interface CalibrationChoice {
  readonly seed: number;
  readonly batchSize: number;
  readonly calibrationBatches: number;
}

/** Splits come ordered by class, or with the classes taking turns; what is looked at must not be. */
export function evaluationImages({ imageSize, train, val }: ImageSet, { seed, batchSize, calibrationBatches }: CalibrationChoice): EvaluationImages {
  const calibration = new Int32Array(calibrationBatches * batchSize);
  for (let step = 0; step < calibrationBatches; step++) {
    calibration.set(batchIndices(`${seed}/calibration`, step, batchSize, train.count), step * batchSize);
  }
  const place = permutation('evaluation', val.count);
  return { imageSize, calibration: reordered(train, calibration), validation: reordered(val, Int32Array.from({ length: val.count }, (_, i) => place(i))) };
}

/** Some images of a split as a split of their own. */
function reordered(split: ImageSplit, indices: Int32Array): ImageSplit {
  return { count: indices.length, labels: indices.map((index) => split.labels[index]), read: (index, target, offset) => split.read(indices[index], target, offset) };
}
