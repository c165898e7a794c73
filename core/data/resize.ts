import { resizePlanes } from '../base/bicubic.ts';

/**
 * Resizes a batch of square images by `resizePlanes`.
 * @param pixels [batch, 3, from, from]
 * @returns [batch, 3, to, to]; `pixels` itself when the size stays
 */
export function resizeBatch(pixels: Float32Array, batch: number, from: number, to: number): Float32Array {
  if (pixels.length !== batch * 3 * from * from) {
    throw new RangeError(`Expected ${batch} images of 3x${from}x${from} values, got ${pixels.length} values.`);
  }
  return resizePlanes(pixels, batch * 3, from, to);
}
