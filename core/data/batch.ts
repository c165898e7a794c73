import { Random } from '../base/random.ts';
import { augmentImage, type Augmentation, noAugmentation } from './augment.ts';
import { imageBytes, type ImageSplit } from './imageSet.ts';
import { meanBytes, type Normalisation, normalisedValues } from './normalisation.ts';

/** A network's input with its answers. */
export interface Batch {
  /** [b, 3, S, S], normalised. */
  readonly images: Float32Array;
  /** Class indices, [b]. */
  readonly labels: Int32Array;
}

export interface BatchOptions {
  readonly imageSize: number;
  readonly normalisation: Normalisation;
  /** What happens to every image, drawn from seed, step and place in the batch. Without it, images come as they are. */
  readonly augmentation?: Augmentation & { readonly seed: number | string; readonly step: number };
}

/** The images at `indices`, normalised and, if asked, augmented. */
export function readBatch(split: ImageSplit, indices: ArrayLike<number>, options: BatchOptions): Batch {
  const { imageSize, normalisation, augmentation } = options;
  const length = imageBytes(imageSize);
  const source = new Uint8Array(length);
  const format = { imageSize, values: normalisedValues(normalisation), fill: meanBytes(normalisation) };
  const images = new Float32Array(indices.length * length);
  const labels = new Int32Array(indices.length);
  for (let slot = 0; slot < indices.length; slot++) {
    split.read(indices[slot], source);
    labels[slot] = split.labels[indices[slot]];
    const random = new Random(augmentation ? `${augmentation.seed}/view/${augmentation.step}/${slot}` : 0);
    augmentImage(source, format, augmentation ?? noAugmentation, random, images, slot * length);
  }
  return { images, labels };
}
