import type { Random } from '../../base/random.ts';
import { drawMixing, type Box, type Mixing } from './mixing.ts';
import type { MixSettings } from './settings.ts';

export interface MixedBatch {
  readonly images: Float32Array;
  readonly targets: Float32Array;
  /** Share that each image keeps of itself; 1 when the batch was left as it is. */
  readonly lambda: number;
}

/**
 * Mixes the images of a batch and their targets alike. Neither is changed in place; both are returned as they are when
 * nothing is mixed.
 * @param images [batch, 3, imageSize, imageSize]
 * @param targets [batch, classes], each row summing to 1
 */
export function mixBatch(
  images: Float32Array, targets: Float32Array, imageSize: number, settings: MixSettings, random: Random,
): MixedBatch {
  const batch = images.length / (3 * imageSize ** 2);
  const mixing = drawMixing(settings, imageSize, random);
  return {
    images: mixImages(images, batch, imageSize, mixing), targets: mixRows(targets, batch, mixing.lambda), lambda: mixing.lambda,
  };
}

/** @param images [batch, 3, imageSize, imageSize] */
export function mixImages(images: Float32Array, batch: number, imageSize: number, { lambda, box }: Mixing): Float32Array {
  return box ? paste(images, batch, imageSize, box) : mixRows(images, batch, lambda);
}

/** Every row blended with the one that has its place when counted from the end. @param values [batch, any] */
export function mixRows(values: Float32Array, batch: number, lambda: number): Float32Array {
  if (lambda === 1) return values;
  const length = values.length / batch;
  const mixed = new Float32Array(values.length);
  for (let row = 0; row < batch; row++) {
    const [own, other] = [row * length, (batch - 1 - row) * length];
    for (let i = 0; i < length; i++) mixed[own + i] = lambda * values[own + i] + (1 - lambda) * values[other + i];
  }
  return mixed;
}

function paste(images: Float32Array, batch: number, size: number, { top, bottom, left, right }: Box): Float32Array {
  if (top === bottom || left === right) return images;
  const mixed = images.slice();
  for (let image = 0; image < batch; image++) {
    for (let channel = 0; channel < 3; channel++) {
      const [own, other] = [image, batch - 1 - image].map((index) => (index * 3 + channel) * size * size);
      for (let row = top * size; row < bottom * size; row += size) {
        mixed.set(images.subarray(other + row + left, other + row + right), own + row + left);
      }
    }
  }
  return mixed;
}
