import type { Random } from '../../base/random.ts';

/** Which part of an image is shown, and whether mirrored. */
export interface ViewSettings {
  /** Mirror half of the images left to right. */
  readonly flip: boolean;
  readonly crop:
    | { readonly kind: 'none' }
    /** Reflect `paddingPixels` around the image and cut the original size out at random. */
    | { readonly kind: 'padded'; readonly paddingPixels: number }
    /** Cut out a random box of `minArea` to 1 of the image, 3:4 to 4:3, and enlarge it bilinearly. */
    | { readonly kind: 'resized'; readonly minArea: number };
}

/**
 * One image through a random view: `source` is [3, S, S] bytes, `values` what every byte becomes ([3 * 256]),
 * `target` receives [3, S, S] from `offset` on. The view draws the same amount from `random` whatever comes out.
 */
export function viewImage(
  source: Uint8Array,
  imageSize: number,
  values: Float32Array,
  { flip, crop }: ViewSettings,
  random: Random,
  target: Float32Array | Uint8ClampedArray,
  offset: number,
): void {
  const draws = [random.uniform(), random.uniform(), random.uniform(), random.uniform(), random.uniform()] as const;
  const mirrored = flip && draws[0] < 0.5;
  if (crop.kind === 'resized') {
    const area = crop.minArea + (1 - crop.minArea) * draws[1];
    const stretch = Math.exp((2 * draws[2] - 1) * Math.log(4 / 3));
    const width = Math.min(1, Math.sqrt(area * stretch)) * imageSize;
    const height = Math.min(1, Math.sqrt(area / stretch)) * imageSize;
    const columns = linearTaps(imageSize, (imageSize - width) * draws[3], width, mirrored);
    const rows = linearTaps(imageSize, (imageSize - height) * draws[4], height, false);
    sampleLinear(source, imageSize, values, columns, rows, target, offset);
  } else {
    const padding = crop.kind === 'padded' ? crop.paddingPixels : 0;
    const shift = (draw: number) => Math.floor(draw * (2 * padding + 1)) - padding;
    const columns = reflectedPositions(imageSize, shift(draws[3]), mirrored);
    const rows = reflectedPositions(imageSize, shift(draws[4]), false);
    sampleExact(source, imageSize, values, columns, rows, target, offset);
  }
}

/** Where every output position reads, for a window moved by `shift` over an image that is mirrored at its edges. */
function reflectedPositions(size: number, shift: number, mirrored: boolean): Int32Array {
  const period = Math.max(1, 2 * size - 2);
  return Int32Array.from({ length: size }, (_, i) => {
    const position = (mirrored ? size - 1 - i : i) + shift;
    const folded = ((position % period) + period) % period;
    return folded < size ? folded : period - folded;
  });
}

function sampleExact(
  source: Uint8Array,
  size: number,
  values: Float32Array,
  columns: Int32Array,
  rows: Int32Array,
  target: Float32Array | Uint8ClampedArray,
  offset: number,
): void {
  let at = offset;
  for (let channel = 0; channel < 3; channel++) {
    for (let y = 0; y < size; y++) {
      const row = (channel * size + rows[y]) * size;
      for (let x = 0; x < size; x++) target[at++] = values[channel * 256 + source[row + columns[x]]];
    }
  }
}

interface LinearTaps {
  readonly low: Int32Array;
  readonly high: Int32Array;
  /** Weight of `high`. */
  readonly weight: Float32Array;
}

/** Samples at the pixel centres of a box that starts at `start` and spans `length` input pixels. */
function linearTaps(size: number, start: number, length: number, mirrored: boolean): LinearTaps {
  const low = new Int32Array(size);
  const high = new Int32Array(size);
  const weight = new Float32Array(size);
  for (let i = 0; i < size; i++) {
    const along = ((mirrored ? size - 1 - i : i) + 0.5) / size;
    const position = Math.min(size - 1, Math.max(0, start + along * length - 0.5));
    low[i] = Math.floor(position);
    high[i] = Math.min(size - 1, low[i] + 1);
    weight[i] = position - low[i];
  }
  return { low, high, weight };
}

function sampleLinear(
  source: Uint8Array,
  size: number,
  values: Float32Array,
  columns: LinearTaps,
  rows: LinearTaps,
  target: Float32Array | Uint8ClampedArray,
  offset: number,
): void {
  let at = offset;
  for (let channel = 0; channel < 3; channel++) {
    const value = values.subarray(channel * 256, channel * 256 + 256);
    for (let y = 0; y < size; y++) {
      const upper = (channel * size + rows.low[y]) * size;
      const lower = (channel * size + rows.high[y]) * size;
      const down = rows.weight[y];
      for (let x = 0; x < size; x++) {
        const left = columns.low[x];
        const right = columns.high[x];
        const across = columns.weight[x];
        const top = value[source[upper + left]] * (1 - across) + value[source[upper + right]] * across;
        const bottom = value[source[lower + left]] * (1 - across) + value[source[lower + right]] * across;
        target[at++] = top * (1 - down) + bottom * down;
      }
    }
  }
}
