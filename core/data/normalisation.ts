import { imageBytes, type ImageSplit } from './imageSet.ts';

/** Images looked at in larger splits, evenly spaced. */
const maxImages = 20_000;

/** Per channel R, G, B, in units where 255 is 1: a network's input is (value / 255 - mean) / std. */
export interface Normalisation {
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
}

/**
 * Mean and standard deviation of every channel over all pixels of a split (of 20,000 evenly spaced images when it has
 * more). A channel without variation gets std 1.
 */
export function measureNormalisation(split: ImageSplit, imageSize: number): Normalisation {
  const area = imageSize * imageSize;
  const image = new Uint8Array(imageBytes(imageSize));
  const counts = [0, 1, 2].map(() => new Float64Array(256));
  const looked = Math.min(split.count, maxImages);
  for (let i = 0; i < looked; i++) {
    split.read(Math.floor((i * split.count) / looked), image);
    for (let channel = 0; channel < 3; channel++) {
      const histogram = counts[channel];
      for (let j = channel * area; j < (channel + 1) * area; j++) histogram[image[j]]++;
    }
  }
  const channels = counts.map((histogram) => moments(histogram, looked * area));
  return {
    mean: [channels[0].mean, channels[1].mean, channels[2].mean],
    std: [channels[0].std, channels[1].std, channels[2].std],
  };
}

function moments(histogram: Float64Array, total: number) {
  let mean = 0;
  for (let value = 0; value < 256; value++) mean += (histogram[value] * value) / 255 / total;
  let variance = 0;
  for (let value = 0; value < 256; value++) variance += (histogram[value] * (value / 255 - mean) ** 2) / total;
  return { mean, std: variance > 0 ? Math.sqrt(variance) : 1 };
}

/** What every byte becomes, per channel: [3 * 256]. */
export function normalisedValues({ mean, std }: Normalisation): Float32Array {
  return Float32Array.from({ length: 3 * 256 }, (_, i) => ((i & 255) / 255 - mean[i >> 8]) / std[i >> 8]);
}

/** The mean colour, as bytes. */
export function meanBytes({ mean: [red, green, blue] }: Normalisation): [number, number, number] {
  const byteOf = (mean: number) => Math.min(255, Math.max(0, Math.round(255 * mean)));
  return [byteOf(red), byteOf(green), byteOf(blue)];
}
