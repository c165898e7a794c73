import { toPixel } from '../points/axis.ts';
import { singleOpacity } from './pointPicture.ts';
import type { Axis } from '../points/axis.ts';
import type { PictureLayer } from './pointPicture.ts';

/** Up to this many points a figure holds them as circles; above it files grow past what editors open. */
const mostCircles = 5000;

/** The visible points as SVG circles, or null when there are too many and the drawn picture must serve. */
export function exportedPoints(layers: readonly PictureLayer[], { x, y }: { x: Axis; y: Axis }): string | null {
  const groups: { color: string; rows: number[]; layer: PictureLayer }[] = [];
  let total = 0;
  for (const layer of layers) {
    const { latencyMs, accuracy } = layer.points.series;
    const rows: number[] = [];
    for (const row of layer.rows ?? latencyMs.keys()) {
      const ms = latencyMs[row];
      if (!(ms >= x.low && ms <= x.high && accuracy[row] >= y.low && accuracy[row] <= y.high)) continue;
      rows.push(row);
      if ((total += 1) > mostCircles) return null;
    }
    groups.push({ color: layer.color, rows, layer });
  }
  return groups.map(({ color, rows, layer }) => {
    const opacity = layer.rows ? 0.9 : singleOpacity(rows.length);
    const { latencyMs, accuracy } = layer.points.series;
    const circles = rows.map((row) => `<circle cx="${toPixel(x, latencyMs[row]).toFixed(1)}" cy="${toPixel(y, accuracy[row]).toFixed(1)}" r="1.3"/>`);
    return `<g fill="${color}" fill-opacity="${opacity.toFixed(2)}">${circles.join('')}</g>`;
  }).join('');
}
