/**
 * Where an output pixel reads: the point (x, y) of the output, in pixels from the upper left corner, shows the point
 * (a x + b y + c, d x + e y + f) of the input.
 */
export type Affine = readonly [a: number, b: number, c: number, d: number, e: number, f: number];

/** Slants rows against each other, by `factor` pixels a row. */
export const shearX = (factor: number): Affine => [1, factor, 0, 0, 1, 0];
export const shearY = (factor: number): Affine => [1, 0, 0, factor, 1, 0];
/** Shows what is `pixels` to the right. */
export const translateX = (pixels: number): Affine => [1, 0, pixels, 0, 1, 0];
export const translateY = (pixels: number): Affine => [1, 0, 0, 0, 1, pixels];

/** Turns around the centre, counterclockwise. */
export function rotate(degrees: number, size: number): Affine {
  const angle = (-degrees * Math.PI) / 180;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const centre = size / 2;
  return [cos, sin, centre - (cos + sin) * centre, -sin, cos, centre - (cos - sin) * centre];
}

/**
 * Moves an 8-bit image [3, S, S] in place, interpolated bilinearly and cut off to bytes as PIL's Image.transform does;
 * what comes from outside the image has the colour `fill`. (timm draws bilinear or bicubic for each image by default.)
 */
export function transform(
  image: Uint8ClampedArray, size: number, [a, b, c, d, e, f]: Affine, fill: readonly [number, number, number],
): void {
  const source = image.slice();
  const area = size * size;
  const last = size - 1;
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const at = y * size + x;
      const u = a * (x + 0.5) + b * (y + 0.5) + c;
      const v = d * (x + 0.5) + e * (y + 0.5) + f;
      if (u < 0 || u >= size || v < 0 || v >= size) {
        for (let channel = 0; channel < 3; channel++) image[channel * area + at] = fill[channel];
        continue;
      }
      const left = Math.floor(u - 0.5);
      const top = Math.floor(v - 0.5);
      const across = u - 0.5 - left;
      const down = v - 0.5 - top;
      const [columnLow, columnHigh] = [Math.max(0, left), Math.min(last, left + 1)];
      const [rowLow, rowHigh] = [Math.max(0, top) * size, Math.min(last, top + 1) * size];
      for (let channel = 0; channel < 3; channel++) {
        const upper = channel * area + rowLow;
        const lower = channel * area + rowHigh;
        const high = source[upper + columnLow] + (source[upper + columnHigh] - source[upper + columnLow]) * across;
        const low = source[lower + columnLow] + (source[lower + columnHigh] - source[lower + columnLow]) * across;
        image[channel * area + at] = Math.trunc(high + (low - high) * down);
      }
    }
  }
}
