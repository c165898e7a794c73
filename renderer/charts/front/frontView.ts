import { clampedRange, panned, zoomed } from '../points/axis.ts';
import type { Axis } from '../points/axis.ts';
import type { Objective } from '../../../core/search/objective.ts';
import type { AxisScale, FrontView } from '../types.ts';
import type { SeriesPoints } from './seriesPoints.ts';

/** What besides points must be visible when everything is shown. */
export interface Landmarks {
  readonly latencyMs: readonly number[];
  readonly value: readonly number[];
}

/** The view that shows all points and landmarks with a margin. */
export function homeView(
  points: readonly SeriesPoints[], landmarks: Landmarks, scale: AxisScale, { kind }: Pick<Objective, 'kind'>,
): FrontView {
  const span = (extents: readonly (readonly [number, number])[], values: readonly number[]): [number, number] => {
    const low = Math.min(...extents.map(([least]) => least), ...values);
    const high = Math.max(...extents.map(([, most]) => most), ...values);
    return low > high ? [0, 1] : [low, high];
  };
  const [fast, slow] = span(points.map((p) => p.latencyExtent), landmarks.latencyMs);
  const [worst, best] = span(points.map((p) => p.valueExtent), landmarks.value);
  const least = kind === 'accuracy' ? 0.005 : Math.max(Math.abs(best), Math.abs(worst)) * 1e-4 || 1;
  const valueMargin = Math.max((best - worst) * 0.06, least);
  const [floor, ceiling] = kind === 'accuracy' ? [0, 1] : [-Infinity, Infinity];
  return {
    latencyMs: scale === 'log'
      ? [Math.max(fast, 1e-6) / ((slow / Math.max(fast, 1e-6)) ** 0.04 * 1.02), slow * ((slow / Math.max(fast, 1e-6)) ** 0.04 * 1.02)]
      : [Math.max(0, fast - Math.max((slow - fast) * 0.04, slow * 0.01)), slow + Math.max((slow - fast) * 0.04, slow * 0.01)],
    value: [Math.max(floor, worst - valueMargin), Math.min(ceiling, best + valueMargin)],
  };
}

/** Both axes of a view over a plot of `width` by `height` CSS pixels. */
export function axesOf(view: FrontView, scale: AxisScale, width: number, height: number): { x: Axis; y: Axis } {
  return {
    x: { scale, low: view.latencyMs[0], high: view.latencyMs[1], pixels: width },
    y: { scale: 'linear', low: view.value[0], high: view.value[1], pixels: height, flip: true },
  };
}

export function pannedView({ x, y }: { x: Axis; y: Axis }, dx: number, dy: number, home: FrontView): FrontView {
  return {
    latencyMs: clampedRange(x.scale, panned(x, dx), home.latencyMs),
    value: clampedRange('linear', panned(y, dy), home.value),
  };
}

/** At most 10,000 times as large as everything: beyond that, 32-bit columns have no more places. */
const mostZoom = 1e4;

/** Zooms about a place in the plot; null when that shows everything again. */
export function zoomedView(axes: { x: Axis; y: Axis }, px: number, py: number, factor: number, home: FrontView): FrontView | null {
  const { x, y } = axes;
  const homeAxes = axesOf(home, x.scale, x.pixels, y.pixels);
  const latencyMs = zoomed(x, px, factor);
  const share = widthOf({ ...x, low: latencyMs[0], high: latencyMs[1] }) / widthOf(homeAxes.x);
  if (share >= 1) return null;
  if (share < 1 / mostZoom) return { latencyMs: [x.low, x.high], value: [y.low, y.high] };
  return {
    latencyMs: clampedRange(x.scale, latencyMs, home.latencyMs),
    value: clampedRange('linear', zoomed(y, py, factor), home.value),
  };
}

function widthOf({ scale, low, high }: Axis): number {
  return scale === 'log' ? Math.log10(high / low) : high - low;
}
