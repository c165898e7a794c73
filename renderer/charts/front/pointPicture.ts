import { pixelMap } from '../points/axis.ts';
import { addPoints, createDensity, opacities, paint } from '../points/density.ts';
import { rgbOf } from '../shared/chartTheme.ts';
import type { Axis } from '../points/axis.ts';
import type { Density } from '../points/density.ts';
import type { SeriesPoints } from './seriesPoints.ts';

export interface PictureLayer {
  readonly points: SeriesPoints;
  readonly color: string;
  /** Draw these rows alone, all in full colour: a selection. */
  readonly rows?: Uint32Array;
}

export interface PictureView {
  /** Both axes in CSS pixels. */
  readonly x: Axis;
  readonly y: Axis;
  /** Picture pixels per CSS pixel. */
  readonly resolution: number;
  /** The side of a dot in CSS pixels. */
  readonly dot: number;
  readonly budgetMs: number | null;
  /** While something is selected all else steps back. */
  readonly dimmed: boolean;
}

interface Drawn {
  readonly key: string;
  readonly density: Density;
  readonly points: SeriesPoints;
  readonly rows?: Uint32Array;
  count: number;
}

/**
 * The picture of all points, drawn by the processor into an ImageData. Each layer's density is kept: a new budget or
 * colour only paints it again, and new points are only added to it; another view counts all points anew.
 */
export class PointPicture {
  #drawn: Drawn[] = [];
  #image: ImageData | null = null;

  draw(layers: readonly PictureLayer[], view: PictureView): ImageData {
    const width = Math.max(1, Math.round(view.x.pixels * view.resolution));
    const height = Math.max(1, Math.round(view.y.pixels * view.resolution));
    if (this.#image?.width !== width || this.#image.height !== height) this.#image = new ImageData(width, height);
    const pixels = new Uint32Array(this.#image.data.buffer);
    pixels.fill(0);
    this.#drawn = layers.map((layer, i) => this.#count(layer, view, width, height, this.#drawn[i]));
    const budget = view.budgetMs === null ? Infinity : budgetColumn(view) + 1;
    for (const [i, { color, rows }] of layers.entries()) {
      const first = rows === undefined ? singleOpacity(this.#drawn[i].count) : 0.9;
      const most = rows === undefined ? 0.86 : 1;
      const strength = view.dimmed && rows === undefined ? 0.35 : 1;
      paint(pixels, this.#drawn[i].density, {
        rgb: rgbOf(color),
        opacity: opacities(first * strength, most * strength),
        fadeFrom: rows === undefined ? budget : Infinity,
        fadedOpacity: opacities(first * 0.3 * strength, most * 0.4 * strength),
      });
    }
    return this.#image;
  }

  #count({ points, rows }: PictureLayer, view: PictureView, width: number, height: number, last: Drawn | undefined): Drawn {
    const { x, y, resolution } = view;
    const dot = Math.max(1, Math.round(view.dot * resolution));
    const key = [points.series.id, x.scale, x.low, x.high, y.low, y.high, width, height, dot].join();
    const reusable = last !== undefined && last.key === key && last.rows === rows;
    if (reusable && last.points.x === points.x && last.points.y === points.y) return last;
    const grown = reusable && rows === undefined && points.newFrom > 0 && points.newFrom === last.points.series.latencyMs.length;
    const density = grown ? last.density : emptied(last?.density, width, height);
    const scaled = (axis: Axis, pixels: number) => pixelMap({ ...axis, pixels });
    const from = grown ? points.newFrom : 0;
    const added = addPoints(density, points.x, points.y, scaled(x, width), scaled(y, height), dot, from, rows);
    return { key, density, points, rows, count: added + (grown ? last.count : 0) };
  }
}

function emptied(density: Density | undefined, width: number, height: number): Density {
  if (density?.width !== width || density.height !== height) return createDensity(width, height);
  density.counts.fill(0);
  return density;
}

function budgetColumn({ x, resolution, budgetMs }: PictureView): number {
  const { factor, offset } = pixelMap(x);
  const at = x.scale === 'log' ? Math.log10(budgetMs ?? 0) : budgetMs ?? 0;
  return (at * factor + offset) * resolution;
}

/** How opaque a single dot is among `count`: few dots stand out, hundreds of thousands show their density. */
export function singleOpacity(count: number): number {
  return Math.max(0.07, Math.min(0.85, 1.15 - 0.2 * Math.log10(Math.max(1, count))));
}
