import { toPixel } from '../points/axis.ts';
import type { Axis } from '../points/axis.ts';
import type { FrontColumns } from '../../../core/search/frontRows.ts';

/** Places of a front's rows in the plot. */
export function frontPlaces(columns: FrontColumns, rows: ArrayLike<number>, x: Axis, y: Axis): [number, number][] {
  return Array.from(rows, (row) => [toPixel(x, columns.latencyMs[row]), toPixel(y, columns.value[row])]);
}

/**
 * The attainment line of a front as an SVG path: level until the next member, then up to it, and on to `endX`: within
 * a latency this is the value to be had. Empty for an empty front.
 */
export function stepPath(places: readonly (readonly [number, number])[], endX: number): string {
  if (places.length === 0) return '';
  const [[x, y], ...rest] = places;
  const steps = rest.map(([nextX, nextY]) => `H${short(nextX)}V${short(nextY)}`).join('');
  const last = places[places.length - 1][0];
  return `M${short(x)} ${short(y)}${steps}${endX > last ? `H${short(endX)}` : ''}`;
}

/** The places at least `apart` pixels from the one kept before. */
export function spaced<Place extends { readonly px: number; readonly py: number }>(places: readonly Place[], apart: number): readonly Place[] {
  const kept: Place[] = [];
  for (const place of places) {
    const last = kept.at(-1);
    if (last === undefined || Math.hypot(place.px - last.px, place.py - last.py) >= apart) kept.push(place);
  }
  return kept;
}

function short(value: number): string {
  // Far outside the plot, renderers lose precision; the clip hides the difference.
  return String(Math.round(Math.max(-20_000, Math.min(20_000, value)) * 10) / 10);
}
