import type { PixelMap } from './axis.ts';
import type { NumberColumn } from '../types.ts';

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
  y: NumberColumn,
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
 * Lays a density over `pixels` (an ImageData's bytes as 32-bit words; straight alpha) within `range`. Where something
 * was there already, grains of about a dot's size (`grain` pixels) take the one or the other colour, as often as their
 * opacities say: averages of two series' colours would be greys that belong to neither. `layer` counts from 0.
 */
export function paint(pixels: Uint32Array, { width, counts }: Density, shadesByCount: Uint32Array, range: PixelRange, grain = 2, layer = 0): void {
  for (let y = range.top; y < range.bottom; y += 1) {
    const row = Math.floor(y / grain);
    for (let x = range.left; x < range.right; x += 1) {
      const at = y * width + x;
      const count = counts[at];
      if (count === 0) continue;
      pixels[at] = pixels[at] === 0 ? shadesByCount[count] : laidOver(pixels[at], shadesByCount[count], chance(Math.floor(x / grain), row, layer));
    }
  }
}

/** The upper colour with the chance of its share in both opacities, the lower one otherwise; as opaque as both. */
function laidOver(below: number, above: number, at: number): number {
  const [under, over] = [alphaOf(below), alphaOf(above)];
  const color = at * (under + over) < over ? above : below;
  return withAlpha(color, Math.round(255 - ((255 - under) * (255 - over)) / 255));
}

/** A number in [0, 1) that looks random but belongs to the place, so that a repainted pixel is the same. */
function chance(x: number, y: number, layer: number): number {
  let bits = Math.imul(x, 0x9e3779b1) ^ Math.imul(y, 0x85ebca6b) ^ Math.imul(layer, 0xc2b2ae35);
  bits = Math.imul(bits ^ (bits >>> 15), 0x2c1b3c6d);
  bits = Math.imul(bits ^ (bits >>> 12), 0x297a2d39);
  return ((bits ^ (bits >>> 15)) >>> 0) / 2 ** 32;
}

function word(red: number, green: number, blue: number, alpha: number): number {
  return (littleEndian ? (alpha << 24) | (blue << 16) | (green << 8) | red : (red << 24) | (green << 16) | (blue << 8) | alpha) >>> 0;
}

function alphaOf(value: number): number {
  return littleEndian ? value >>> 24 : value & 255;
}

function withAlpha(value: number, alpha: number): number {
  return (littleEndian ? (value & 0xffffff) | (alpha << 24) : (value & 0xffffff00) | alpha) >>> 0;
}
