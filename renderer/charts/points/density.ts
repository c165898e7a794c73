import type { PixelMap } from './axis.ts';

/** How many dots cover each pixel of a picture, row by row from the top left. Counts stop at 255. */
export interface Density {
  readonly width: number;
  readonly height: number;
  readonly counts: Uint8Array;
}

export function createDensity(width: number, height: number): Density {
  return { width, height, counts: new Uint8Array(width * height) };
}

/**
 * Adds the points from row `from` on as squares of `dot` pixels with their centre on the point; what lies outside is
 * cut off. NaN and infinite positions (a log of 0) are left out. `rows` draws those rows alone. Returns how many points
 * were drawn.
 */
export function addPoints(
  density: Density,
  x: Float32Array,
  y: Float32Array,
  xMap: PixelMap,
  yMap: PixelMap,
  dot: number,
  from = 0,
  rows?: Uint32Array,
): number {
  const { width, height, counts } = density;
  const xf = xMap.factor;
  const yf = yMap.factor;
  const xo = xMap.offset - (dot - 1) / 2;
  const yo = yMap.offset - (dot - 1) / 2;
  let drawn = 0;
  const end = rows?.length ?? Math.min(x.length, y.length);
  for (let i = from; i < end; i += 1) {
    const row = rows === undefined ? i : rows[i];
    const px = x[row] * xf + xo;
    const py = y[row] * yf + yo;
    // Written so that NaN fails as well.
    if (!(px > -dot && px < width && py > -dot && py < height)) continue;
    drawn += 1;
    const left = Math.floor(px);
    const top = Math.floor(py);
    if (left >= 0 && top >= 0 && left + dot <= width && top + dot <= height) {
      for (let line = top * width + left, last = line + dot * width; line < last; line += width) {
        for (let at = line; at < line + dot; at += 1) {
          if (counts[at] < 255) counts[at] += 1;
        }
      }
    } else {
      addClipped(density, left, top, dot);
    }
  }
  return drawn;
}

function addClipped({ width, height, counts }: Density, left: number, top: number, dot: number): void {
  for (let py = Math.max(0, top); py < Math.min(height, top + dot); py += 1) {
    for (let px = Math.max(0, left); px < Math.min(width, left + dot); px += 1) {
      if (counts[py * width + px] < 255) counts[py * width + px] += 1;
    }
  }
}

/** Opacity, 0 to 255, for 0 to 255 dots on a pixel: `first` for one, each further dot covering as much of the rest. */
export function opacities(first: number, most = 1): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, count) => Math.round(255 * Math.min(most, 1 - (1 - first) ** count)));
}

/** The colour, 0 to 255 each, of a pixel that 0 to 255 dots cover, for `paint`. */
export function shades([red, green, blue]: readonly [number, number, number], opacity: Uint8Array): Uint32Array {
  return Uint32Array.from(opacity, (alpha) => word(red, green, blue, alpha));
}

const littleEndian = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1;

/** Pixels from (`left`, `top`) up to but without (`right`, `bottom`). */
export interface PixelRange {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/**
 * Lays a density over `pixels` (an ImageData's bytes as 32-bit words; straight alpha) within `range`: the pixel's
 * colour is the average of what was there and its shade, weighted by their opacities, so that no series hides another.
 */
export function paint(pixels: Uint32Array, { width, counts }: Density, shadesByCount: Uint32Array, range: PixelRange): void {
  for (let y = range.top; y < range.bottom; y += 1) {
    for (let at = y * width + range.left, end = y * width + range.right; at < end; at += 1) {
      const count = counts[at];
      if (count !== 0) pixels[at] = pixels[at] === 0 ? shadesByCount[count] : mixed(pixels[at], shadesByCount[count]);
    }
  }
}

function mixed(below: number, above: number): number {
  const [r1, g1, b1, a1] = channels(below);
  const [r2, g2, b2, a2] = channels(above);
  const weight = a1 + a2;
  if (weight === 0) return 0;
  const average = (one: number, other: number): number => Math.round((one * a1 + other * a2) / weight);
  return word(average(r1, r2), average(g1, g2), average(b1, b2), Math.round(255 - ((255 - a1) * (255 - a2)) / 255));
}

function word(red: number, green: number, blue: number, alpha: number): number {
  return (littleEndian ? (alpha << 24) | (blue << 16) | (green << 8) | red : (red << 24) | (green << 16) | (blue << 8) | alpha) >>> 0;
}

function channels(value: number): [number, number, number, number] {
  const [a, b, c, d] = [value & 255, (value >>> 8) & 255, (value >>> 16) & 255, value >>> 24];
  return littleEndian ? [a, b, c, d] : [d, c, b, a];
}
