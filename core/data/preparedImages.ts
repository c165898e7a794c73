import { readBatch } from './batch.ts';
import { imageBytes, type ImageSplit } from './imageSet.ts';
import type { Normalisation } from './normalisation.ts';
import { permutation } from './order.ts';
import { resizeBatch } from './resize.ts';

/** Images as a network takes them, chosen beforehand and read one at a time. */
export interface PreparedImages {
  readonly count: number;
  /** Class of each, [count]. */
  readonly labels: Int32Array;
  /** [3, resolution, resolution], normalised and not augmented. */
  read(index: number): Float32Array;
}

export interface PreparationOptions {
  /** At most so many, drawn by the seed; all by default. */
  readonly count?: number;
  readonly seed: number | string;
  readonly imageSize: number;
  readonly normalisation: Normalisation;
  /** Of the network, to which images are resized as in training. */
  readonly resolution: number;
}

/** Images of a split. The split must stay open while they are read. */
export function preparedImages(split: ImageSplit, { count = Infinity, seed, imageSize, normalisation, resolution }: PreparationOptions): PreparedImages {
  const place = permutation(`${seed}/prepared`, split.count);
  const indices = Int32Array.from({ length: Math.min(count, split.count) }, (_, i) => place(i));
  return {
    count: indices.length,
    labels: indices.map((index) => split.labels[index]),
    read(index) {
      if (index < 0 || index >= indices.length) throw new RangeError(`There is no image ${index} of ${indices.length}.`);
      const { images } = readBatch(split, indices.subarray(index, index + 1), { imageSize, normalisation });
      return resizeBatch(images, images.length / imageBytes(imageSize), imageSize, resolution);
    },
  };
}
