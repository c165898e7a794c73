import type { AxisScale } from '../types.ts';

/** One axis: the shown range in the data's unit, over `pixels` from 0. `flip` puts the low end at the far pixel. */
export interface Axis {
  readonly scale: AxisScale;
  readonly low: number;
  readonly high: number;
  readonly pixels: number;
  readonly flip?: boolean;
}

/** pixel = position * factor + offset, where the position is the value, or its log10 on a log axis. */
export interface PixelMap {
  readonly factor: number;
  readonly offset: number;
}

export function position(scale: AxisScale, value: number): number {
  return scale === 'log' ? Math.log10(value) : value;
}

export function fromPosition(scale: AxisScale, at: number): number {
  return scale === 'log' ? 10 ** at : at;
}

export function pixelMap({ scale, low, high, pixels, flip = false }: Axis): PixelMap {
  const from = position(scale, low);
  const factor = pixels / (position(scale, high) - from);
  return flip ? { factor: -factor, offset: pixels + from * factor } : { factor, offset: -from * factor };
}

export function toPixel(axis: Axis, value: number): number {
  const { factor, offset } = pixelMap(axis);
  return position(axis.scale, value) * factor + offset;
}

export function fromPixel(axis: Axis, pixel: number): number {
  const { factor, offset } = pixelMap(axis);
  return fromPosition(axis.scale, (pixel - offset) / factor);
}

/** A column's positions, so that a log axis costs its logarithms once and not at every frame. Linear: the column. */
export function positions(scale: AxisScale, column: Float32Array, from = 0, known?: Float32Array): Float32Array {
  if (scale === 'linear') return column;
  const out = new Float32Array(column.length);
  if (known !== undefined) out.set(known.subarray(0, from));
  for (let i = from; i < column.length; i += 1) out[i] = Math.log10(column[i]);
  return out;
}

/** The range moved by `pixels` (a drag to the right shows what lies left). */
export function panned(axis: Axis, pixels: number): [number, number] {
  return [fromPixel(axis, -pixels + edge(axis, 'low')), fromPixel(axis, -pixels + edge(axis, 'high'))];
}

/** The range scaled by `factor` (below 1 zooms in) about the value under `pixel`. */
export function zoomed(axis: Axis, pixel: number, factor: number): [number, number] {
  const at = (end: 'low' | 'high'): number => fromPixel(axis, pixel + (edge(axis, end) - pixel) * factor);
  return [at('low'), at('high')];
}

function edge(axis: Axis, end: 'low' | 'high'): number {
  return (end === 'low') === (axis.flip ?? false) ? axis.pixels : 0;
}

/** Keeps `range` within `bounds`: shifted first, cut only where it is wider. In positions, so also for log axes. */
export function clampedRange(scale: AxisScale, range: readonly [number, number], bounds: readonly [number, number]): [number, number] {
  const [low, high] = range.map((value) => position(scale, value));
  const [least, most] = bounds.map((value) => position(scale, value));
  if (high - low >= most - least) return [bounds[0], bounds[1]];
  const shift = low < least ? least - low : high > most ? most - high : 0;
  return shift === 0 ? [range[0], range[1]] : [fromPosition(scale, low + shift), fromPosition(scale, high + shift)];
}
