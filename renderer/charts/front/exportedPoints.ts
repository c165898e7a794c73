import { toPixel } from '../points/axis.ts';
import { beyondFading, singleOpacity } from './pointPicture.ts';
import type { Axis } from '../points/axis.ts';
import type { PictureLayer } from './pointPicture.ts';

/** Up to this many points a figure holds them as circles; above it files grow past what editors open. */
const mostCircles = 5000;

/** The visible points as SVG circles, or null when there are too many and the drawn picture must serve. */
export function exportedPoints(layers: readonly PictureLayer[], { x, y }: { x: Axis; y: Axis }): string | null {
  const groups: { color: string; rows: number[]; layer: PictureLayer }[] = [];
  let total = 0;
  for (const layer of layers) {
    const { latencyMs, value } = layer.points.series;
    const rows: number[] = [];
    for (const row of layer.rows ?? latencyMs.keys()) {
      const ms = latencyMs[row];
      if (!(ms >= x.low && ms <= x.high && value[row] >= y.low && value[row] <= y.high)) continue;
      rows.push(row);
      if ((total += 1) > mostCircles) return null;
    }
    groups.push({ color: layer.color, rows, layer });
  }
  return groups.map(({ color, rows, layer }) => {
    const opacity = layer.rows ? 0.9 : singleOpacity(rows.length);
    const { latencyMs, value } = layer.points.series;
    const circles = (part: readonly number[]): string => part
      .map((row) => `<circle cx="${toPixel(x, latencyMs[row]).toFixed(1)}" cy="${toPixel(y, value[row]).toFixed(1)}" r="1.3"/>`).join('');
    const group = (part: readonly number[], share: number): string =>
      (part.length === 0 ? '' : `<g fill="${color}" fill-opacity="${(opacity * share).toFixed(2)}">${circles(part)}</g>`);
    const most = layer.fadeFromMs ?? Infinity;
    return group(rows.filter((row) => latencyMs[row] > most), 1 - beyondFading) + group(rows.filter((row) => latencyMs[row] <= most), 1);
  }).join('');
}
