import { Random } from '../../base/random.ts';
import { sharedCopy } from '../../base/sharedMemory.ts';
import { readBatch } from '../../data/batch.ts';
import { sampleImages } from '../../data/imageSample.ts';
import { measureNormalisation } from '../../data/normalisation.ts';
import { resizeBatch } from '../../data/resize.ts';
import type { ImageSource } from '../../scoring/context.ts';
import { noiseBatch } from '../../scoring/defaultInputs.ts';

/** Real images to score on; plain data, [count, 3, size, size], in memory that threads share. */
export interface ScoringImages {
  readonly pixels: Float32Array;
  /** Class of each image. */
  readonly labels: Int32Array;
  readonly size: number;
  /** Classes that labels are of; 0 when the images have none. */
  readonly classes: number;
}

/**
 * Images of a folder, drawn by the seed and normalised by their own mean and deviation.
 * @throws InputError and CancelledError as sampleImages
 */
export async function readScoringImages(
  folder: string, { count = noiseBatch.batch, size, seed, signal }: { count?: number; size: number; seed: number; signal?: AbortSignal },
): Promise<ScoringImages> {
  const { split, classes } = await sampleImages(folder, { count, imageSize: size, random: new Random(`${seed}/scoring images`), signal });
  const indices = Array.from({ length: split.count }, (_, i) => i);
  const { images, labels } = readBatch(split, indices, { imageSize: size, normalisation: measureNormalisation(split, size) });
  return { pixels: sharedCopy(images), labels, size, classes: classes.length };
}

/** Gives images at the resolution that a network reads. Images without classes have drawn ones, the same for all networks. */
export function imageSource({ pixels, labels, size, classes }: ScoringImages, seed: number | string): ImageSource {
  const count = labels.length;
  return {
    batch(resolution, ofNetwork) {
      if (classes > ofNetwork) throw new RangeError(`The images are of ${classes} classes, but the network tells only ${ofNetwork} apart.`);
      const random = new Random(`${seed}/scoring labels`);
      return {
        // A copy, because native backends refuse shared memory.
        count, size: resolution, pixels: resolution === size ? pixels.slice() : resizeBatch(pixels, count, size, resolution),
        labels: classes > 0 ? labels : Int32Array.from(labels, () => random.integer(ofNetwork)),
      };
    },
  };
}
