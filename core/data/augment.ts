import type { Random } from '../base/random.ts';
import { jitterColours } from './augment/colourJitter.ts';
import { applyRandAugment, type RandAugmentSettings } from './augment/randAugment.ts';
import { eraseRandomBox } from './augment/randomErasing.ts';
import { viewImage, type ViewSettings } from './augment/view.ts';

/** What training images go through: a weak view, and parts of strong augmentation, each of them only where it is named. */
export interface Augmentation extends ViewSettings {
  readonly randAugment?: RandAugmentSettings;
  /** Brightness, contrast and saturation change by up to this share. */
  readonly colourJitter?: number;
  /** Probability that a box of the image becomes noise. */
  readonly randomErasing?: number;
}

/** What an image's bytes mean to the network. */
export interface PixelFormat {
  readonly imageSize: number;
  /** What every byte becomes, per channel: [3 * 256]. */
  readonly values: Float32Array;
  /** R, G and B as bytes, for what moves into the image from outside. */
  readonly fill: readonly [number, number, number];
}

export const noAugmentation: Augmentation = { flip: false, crop: { kind: 'none' } };

/** Whether images can come out other than they are. */
export function changesImages({ flip, crop, randAugment, colourJitter = 0, randomErasing = 0 }: Augmentation): boolean {
  return flip || crop.kind !== 'none' || (randAugment?.operations ?? 0) > 0 || colourJitter > 0 || randomErasing > 0;
}

const unchanged = Float32Array.from({ length: 3 * 256 }, (_, i) => i & 255);

/**
 * One image, augmented: `source` is [3, S, S] bytes, `target` receives [3, S, S] values from `offset` on. The order is
 * timm's: view, RandAugment, colour jitter, normalisation, random erasing. Colours change on 8-bit images, so that they
 * are PIL's; without them, the view interpolates normalised values and nothing is rounded. Each part draws from a fork
 * of its own: switching one on leaves the others' draws as they are.
 */
export function augmentImage(
  source: Uint8Array,
  { imageSize, values, fill }: PixelFormat,
  augmentation: Augmentation,
  random: Random,
  target: Float32Array,
  offset: number,
): void {
  const { randAugment, colourJitter = 0, randomErasing = 0 } = augmentation;
  if ((randAugment?.operations ?? 0) > 0 || colourJitter > 0) {
    const area = imageSize * imageSize;
    const image = new Uint8ClampedArray(3 * area);
    viewImage(source, imageSize, unchanged, augmentation, random, image, 0);
    if (randAugment) applyRandAugment(image, imageSize, randAugment, fill, random.fork('randAugment'));
    if (colourJitter > 0) jitterColours(image, colourJitter, random.fork('colourJitter'));
    for (let channel = 0; channel < 3; channel++) {
      for (let i = channel * area; i < (channel + 1) * area; i++) target[offset + i] = values[channel * 256 + image[i]];
    }
  } else {
    viewImage(source, imageSize, values, augmentation, random, target, offset);
  }
  if (randomErasing > 0) {
    eraseRandomBox(target.subarray(offset, offset + source.length), imageSize, randomErasing, random.fork('randomErasing'));
  }
}
