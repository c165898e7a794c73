/*
 * Operations on the colours of an 8-bit image [3, S, S], in place, with the integer arithmetic of PIL (ImageOps,
 * ImageEnhance): results are the same bytes as Pillow's.
 */

const { fround } = Math;

/** Every byte through its channel's table of 256. */
function mapBytes(image: Uint8ClampedArray, tableOf: (channel: number) => Uint8ClampedArray): void {
  const area = image.length / 3;
  for (let channel = 0; channel < 3; channel++) {
    const table = tableOf(channel);
    for (let i = channel * area; i < (channel + 1) * area; i++) image[i] = table[image[i]];
  }
}

/** What becomes of each byte; values beyond a byte's are held within it. Array.from would take longer than the image. */
function tableFor(valueOf: (byte: number) => number): Uint8ClampedArray {
  const table = new Uint8ClampedArray(256);
  for (let byte = 0; byte < 256; byte++) table[byte] = valueOf(byte);
  return table;
}

/** Changes each byte by itself, whatever its channel. */
export function mapValues(image: Uint8ClampedArray, valueOf: (byte: number) => number): void {
  const table = tableFor(valueOf);
  mapBytes(image, () => table);
}

function histogram(image: Uint8ClampedArray, channel: number): Int32Array {
  const area = image.length / 3;
  const counts = new Int32Array(256);
  for (let i = channel * area; i < (channel + 1) * area; i++) counts[image[i]]++;
  return counts;
}

/** Stretches each channel so that its darkest value becomes 0 and its brightest 255. */
export function autoContrast(image: Uint8ClampedArray): void {
  mapBytes(image, (channel) => {
    const counts = histogram(image, channel);
    const low = counts.findIndex((count) => count > 0);
    const high = counts.findLastIndex((count) => count > 0);
    const scale = high > low ? 255 / (high - low) : 1;
    const offset = high > low ? -low * scale : 0;
    return tableFor((byte) => Math.trunc(byte * scale + offset));
  });
}

/** Spreads each channel's values so that they are about equally frequent. */
export function equalize(image: Uint8ClampedArray): void {
  mapBytes(image, (channel) => {
    const counts = histogram(image, channel);
    const brightest = counts[counts.findLastIndex((count) => count > 0)];
    const step = Math.floor((image.length / 3 - brightest) / 255);
    if (step === 0) return tableFor((byte) => byte);
    let below = Math.floor(step / 2);
    return tableFor((byte) => {
      const value = Math.floor(below / step);
      below += counts[byte];
      return value;
    });
  });
}

/** `from` at factor 0, `to` at factor 1, and further along the line beyond; single precision, cut off, as ImagingBlend. */
function blend(from: number, to: number, factor: number): number {
  return Math.trunc(fround(from + fround(factor * (to - from))));
}

/** Towards black (factor 0), or brighter above 1. */
export function brightness(image: Uint8ClampedArray, factor: number): void {
  const single = fround(factor);
  mapValues(image, (byte) => blend(0, byte, single));
}

/** Luma of ITU-R 601-2, [S, S], rounded as in PIL's conversion to "L". */
export function grey(image: Uint8ClampedArray): Uint8Array {
  const area = image.length / 3;
  const luma = new Uint8Array(area);
  for (let i = 0; i < area; i++) {
    luma[i] = (19595 * image[i] + 38470 * image[area + i] + 7471 * image[2 * area + i] + 0x8000) >> 16;
  }
  return luma;
}

/** Towards the image's mean grey (factor 0), or away from it above 1. */
export function contrast(image: Uint8ClampedArray, factor: number): void {
  const luma = grey(image);
  let sum = 0;
  for (let i = 0; i < luma.length; i++) sum += luma[i];
  const mean = Math.floor(sum / luma.length + 0.5);
  const single = fround(factor);
  mapValues(image, (byte) => blend(mean, byte, single));
}

/** Towards the grey image (factor 0), or more colourful above 1; PIL calls it Color. */
export function saturation(image: Uint8ClampedArray, factor: number): void {
  const luma = grey(image);
  const area = luma.length;
  const single = fround(factor);
  for (let channel = 0; channel < 3; channel++) {
    for (let i = 0; i < area; i++) image[channel * area + i] = blend(luma[i], image[channel * area + i], single);
  }
}

/** Towards the image smoothed by (1 1 1; 1 5 1; 1 1 1) / 13 (factor 0), or sharper above 1; the border stays. */
export function sharpness(image: Uint8ClampedArray, size: number, factor: number): void {
  const original = image.slice();
  const single = fround(factor);
  for (let channel = 0; channel < 3; channel++) {
    for (let y = 1; y < size - 1; y++) {
      const row = (channel * size + y) * size;
      for (let x = 1; x < size - 1; x++) {
        const at = row + x;
        const sum = original[at - size - 1] + original[at - size] + original[at - size + 1]
          + original[at - 1] + 5 * original[at] + original[at + 1]
          + original[at + size - 1] + original[at + size] + original[at + size + 1];
        image[at] = blend(Math.floor(sum / 13 + 0.5), original[at], single);
      }
    }
  }
}
