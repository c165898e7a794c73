import { pixelMap, toPixel } from '../points/axis.ts';
import { addPoints, createDensity, opacities, paint, shades } from '../points/density.ts';
import { rgbOf } from '../shared/chartTheme.ts';
import type { Axis } from '../points/axis.ts';
import type { Density, PixelRange } from '../points/density.ts';
import type { SeriesPoints } from './seriesPoints.ts';

export interface PictureLayer {
  readonly points: SeriesPoints;
  readonly color: string;
  /** Draw these rows alone, nearly opaque: a selection. */
  readonly rows?: Uint32Array;
  /** Points of a greater latency than this fade; undefined or null: none do. */
  readonly fadeFromMs?: number | null;
}

/** How much of its opacity a point beyond a budget loses. */
export const beyondFading = 0.68;

export interface PictureView {
  /** Both axes in CSS pixels. */
  readonly x: Axis;
  readonly y: Axis;
  /** Picture pixels per CSS pixel. */
  readonly resolution: number;
  /** The side of a dot in CSS pixels. */
  readonly dot: number;
}

/** A picture, and the parts of it that differ from the one before. */
export interface Picture {
  readonly image: ImageData;
  readonly changed: readonly PixelRange[];
}

interface Drawn {
  readonly key: string;
  readonly density: Density;
  readonly points: SeriesPoints;
  readonly rows?: Uint32Array;
  readonly count: number;
  /** Rows from here on were added to the density before this one; 0 when it was counted anew. */
  readonly addedFrom: number;
}

/** Above this many new points, painting everything costs no more than painting around each. */
const mostTouched = 600;

/**
 * The picture of all points, drawn by the processor into an ImageData. Each layer's density is kept: new points are
 * added to it and only the pixels around them painted; a moved budget paints the columns between where it was and is;
 * another view counts all points anew.
 */
export class PointPicture {
  #drawn: readonly Drawn[] = [];
  #image: ImageData | null = null;
  #painted = '';
  #cuts: readonly number[] = [];

  draw(layers: readonly PictureLayer[], view: PictureView): Picture {
    const width = Math.max(1, Math.round(view.x.pixels * view.resolution));
    const height = Math.max(1, Math.round(view.y.pixels * view.resolution));
    const dot = Math.max(1, Math.round(view.dot * view.resolution));
    const before = this.#drawn;
    this.#drawn = layers.map((layer, i) => counted(layer, view, width, height, dot, before[i]));
    const styles = this.#drawn.map(({ count, rows }, i) => ({ color: layers[i].color, first: firstOpacity(count, rows), most: rows ? 1 : 0.86 }));
    const paints = JSON.stringify([this.#drawn.map(({ key }) => key), styles]);
    const cuts = layers.map(({ fadeFromMs }) => cutAt(view.x, width, fadeFromMs));
    const touched = paints === this.#painted ? touchedRanges(this.#drawn, view, width, height, dot) : null;
    const moved = movedRanges(this.#cuts, cuts, height);
    this.#painted = paints;
    this.#cuts = cuts;
    if (this.#image?.width !== width || this.#image.height !== height) this.#image = new ImageData(width, height);
    const pixels = new Uint32Array(this.#image.data.buffer);
    const changed = touched === null ? [{ left: 0, top: 0, right: width, bottom: height }] : [...touched, ...moved];
    const tables = styles.map(({ color, first, most }) => {
      const opacity = opacities(first, most);
      return { within: shades(rgbOf(color), opacity), beyond: shades(rgbOf(color), opacity.map((alpha) => alpha * (1 - beyondFading))) };
    });
    // Ranges may overlap, so each is cleared and finished before the next.
    for (const range of changed) {
      for (let y = range.top; y < range.bottom; y += 1) pixels.fill(0, y * width + range.left, y * width + range.right);
      for (const [i, { density }] of this.#drawn.entries()) {
        const { left, right } = range;
        const cut = Math.max(left, Math.min(right, cuts[i]));
        if (cut > left) paint(pixels, density, tables[i].within, { ...range, right: cut }, dot, i);
        if (cut < right) paint(pixels, density, tables[i].beyond, { ...range, left: cut }, dot, i);
      }
    }
    return { image: this.#image, changed };
  }
}

function counted({ points, rows }: PictureLayer, view: PictureView, width: number, height: number, dot: number, last?: Drawn): Drawn {
  const { x, y } = view;
  const key = [points.series.id, x.scale, x.low, x.high, y.low, y.high, width, height, dot].join();
  const reusable = last !== undefined && last.key === key && last.rows === rows;
  if (reusable && last.points.x === points.x && last.points.y === points.y) return { ...last, points, addedFrom: points.x.length };
  const grown = reusable && rows === undefined && points.newFrom > 0 && points.newFrom === last.points.series.latencyMs.length;
  const density = grown ? last.density : emptied(last?.density, width, height);
  const addedFrom = grown ? points.newFrom : 0;
  const added = addPoints(density, points.x, points.y, pixelMap({ ...x, pixels: width }), pixelMap({ ...y, pixels: height }), dot, addedFrom, rows);
  return { key, density, points, rows, count: added + (grown ? last.count : 0), addedFrom };
}

function emptied(density: Density | undefined, width: number, height: number): Density {
  if (density?.width !== width || density.height !== height) return createDensity(width, height);
  density.counts.fill(0);
  return density;
}

/** The squares of all points added; null when there are too many or a layer was counted anew. */
function touchedRanges(drawn: readonly Drawn[], { x, y }: PictureView, width: number, height: number, dot: number): PixelRange[] | null {
  const news = drawn.reduce((sum, { points, addedFrom }) => sum + points.x.length - addedFrom, 0);
  if (news > mostTouched || drawn.some(({ addedFrom }) => addedFrom === 0)) return null;
  const [xMap, yMap] = [pixelMap({ ...x, pixels: width }), pixelMap({ ...y, pixels: height })];
  return drawn.flatMap(({ points, addedFrom }) => Array.from(points.x.subarray(addedFrom), (px, i) => {
    const left = Math.floor(px * xMap.factor + xMap.offset - (dot - 1) / 2);
    const top = Math.floor(points.y[addedFrom + i] * yMap.factor + yMap.offset - (dot - 1) / 2);
    return { left: Math.max(0, left), top: Math.max(0, top), right: Math.min(width, left + dot), bottom: Math.min(height, top + dot) };
  })).filter(({ left, top, right, bottom }) => left < right && top < bottom);
}

/** The first pixel column beyond a latency; `width` where nothing is. */
function cutAt(x: Axis, width: number, fadeFromMs: number | null | undefined): number {
  if (fadeFromMs === null || fadeFromMs === undefined) return width;
  const at = toPixel({ ...x, pixels: width }, fadeFromMs);
  return Number.isNaN(at) ? 0 : Math.max(0, Math.min(width, Math.round(at)));
}

/** The columns that a layer's moved limit has passed over. */
function movedRanges(before: readonly number[], cuts: readonly number[], height: number): PixelRange[] {
  return cuts.flatMap((cut, i) => (before[i] === undefined || before[i] === cut ? []
    : [{ left: Math.min(cut, before[i]), top: 0, right: Math.max(cut, before[i]), bottom: height }]));
}

function firstOpacity(count: number, rows?: Uint32Array): number {
  // In steps, so that a search that adds points does not repaint all others each time.
  return rows ? 0.9 : singleOpacity(2 ** (Math.ceil(2 * Math.log2(Math.max(1, count))) / 2));
}

/** How opaque a single dot is among `count`: few dots stand out, hundreds of thousands show their density. */
export function singleOpacity(count: number): number {
  return Math.max(0.07, Math.min(0.85, 1.15 - 0.2 * Math.log10(Math.max(1, count))));
}
