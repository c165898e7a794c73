import { accuracyObjective } from '../search/objective.ts';
import type { Objective } from '../search/objective.ts';
import type { ParetoPoint } from '../search/pareto.ts';

export interface FrontsPoint extends ParetoPoint {
  readonly lowMs: number;
  readonly highMs: number;
  readonly name?: string;
  /** Where it was measured after it had been predicted. */
  readonly measuredMs?: number;
  /** Of the value over seeds. */
  readonly deviation?: number;
  /** The rounds of that measurement disagree. */
  readonly isDoubtful?: boolean;
}

export interface FrontsPanel {
  readonly device: string;
  /** By ascending latency. `name` is written beside the point. */
  readonly front: readonly FrontsPoint[];
  /** Everything that was evaluated, in or out of the budget. */
  readonly evaluated?: readonly ParetoPoint[];
  readonly maxMs?: number;
  /** A few words under the device's name. */
  readonly note?: string;
}

export interface FrontsPicture {
  readonly panels: readonly FrontsPanel[];
  readonly title?: string;
  /** What the upright axis shows; accuracy unless given. */
  readonly objective?: Objective;
  readonly baseline?: { readonly label: string; readonly accuracy: number };
}

export interface Rectangle {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

export interface Range {
  readonly min: number;
  readonly max: number;
  readonly step: number;
}

/** Where everything goes, in pixels. */
export interface FrontsLayout {
  readonly width: number;
  readonly height: number;
  readonly titleTop: number;
  readonly legendTop: number;
  readonly plots: readonly (Rectangle & { readonly column: number })[];
  readonly latency: readonly Range[];
  /** In units of the axis (`onAxis`); the same for all panels. */
  readonly value: Range;
}

const margin = { left: 66, right: 26, top: 14, bottom: 14 };
const plotHeight = 260;
const plotWidths = [500, 360, 300];
/** Room for a panel's name above its plot and for the axis below it. */
const above = 44;
const below = 50;
const between = 34;
const titleHeight = 30;
const legendHeight = 28;

/** @throws RangeError without panels. */
export function layOut(picture: FrontsPicture): FrontsLayout {
  if (picture.panels.length === 0) throw new RangeError('A picture of fronts needs at least one device.');
  const count = picture.panels.length;
  const columns = count === 4 ? 2 : Math.min(count, plotWidths.length);
  const rows = Math.ceil(count / columns);
  const width = plotWidths[columns - 1];
  const top = margin.top + (picture.title ? titleHeight : 0);
  const plots = picture.panels.map((_, index) => {
    const column = index % columns;
    const row = Math.floor(index / columns);
    return {
      column,
      left: margin.left + column * (width + between),
      top: top + row * (above + plotHeight + below) + above,
      width,
      height: plotHeight,
    };
  });
  const legendTop = top + rows * (above + plotHeight + below);
  return {
    width: margin.left + columns * width + (columns - 1) * between + margin.right,
    height: legendTop + legendHeight + margin.bottom,
    titleTop: margin.top,
    legendTop,
    plots,
    latency: picture.panels.map(latencyRange),
    value: valueRange(picture),
  };
}

export type Pixel = readonly [x: number, y: number];

/** Where a point of one panel lies in the picture. */
export function pixelsOf(picture: FrontsPicture, layout: FrontsLayout, index: number): (point: ParetoPoint) => Pixel {
  const { left, top, width, height } = layout.plots[index];
  const share = (value: number, { min, max }: Range) => (value - min) / (max - min);
  const place = onAxis(picture);
  return ({ latencyMs, value }) => [
    left + width * share(latencyMs, layout.latency[index]),
    top + height * (1 - share(place(value), layout.value)),
  ];
}

/** Values in units of the upright axis: accuracies in percent, scores as they are, so that larger is above whatever they mean. */
export function onAxis({ objective = accuracyObjective }: Pick<FrontsPicture, 'objective'>): (value: number) => number {
  return objective.kind === 'accuracy' ? (value) => 100 * value : (value) => value;
}

/**
 * Whether intervals reach so far beyond all networks, as those of extrapolated latencies do, that an axis with room for them
 * would show nothing else. Such intervals are told in words.
 */
export function hasWideIntervals(panel: FrontsPanel): boolean {
  return Math.max(0, ...panel.front.map(({ highMs }) => highMs)) > 2 * Math.max(...extentOf(panel));
}

/** Latencies of the fastest and the slowest network. */
function extentOf({ front, evaluated = [] }: FrontsPanel): readonly [fastestMs: number, slowestMs: number] {
  let [fastest, slowest] = [Infinity, 0];
  for (const { latencyMs } of [...front, ...evaluated]) [fastest, slowest] = [Math.min(fastest, latencyMs), Math.max(slowest, latencyMs)];
  return [fastest, slowest];
}

/**
 * From zero, because ratios of latencies matter, unless all networks lie within a factor of two and intervals need no room. With a budget the axis ends soon after it: what other devices' budgets
 * let in would squeeze the part that counts.
 */
function latencyRange(panel: FrontsPanel): Range {
  const { front, maxMs } = panel;
  const isWide = hasWideIntervals(panel);
  const [fastest, slowestNetwork] = extentOf(panel);
  const ends = front.map(({ latencyMs, highMs, measuredMs = 0 }) => Math.max(isWide ? latencyMs : highMs, measuredMs));
  const slowest = Math.max(slowestNetwork, ...ends);
  const last = maxMs === undefined ? slowest : Math.max(1.06 * maxMs, Math.min(slowest, 1.2 * maxMs), ...ends);
  const room = 0.05 * (last - fastest);
  return isWide && last < 2 * fastest ? niceRange(fastest - room, last + room) : niceRange(0, last || 1);
}

function valueRange(picture: FrontsPicture): Range {
  const { panels, baseline, objective = accuracyObjective } = picture;
  let [low, high] = baseline ? [100 * baseline.accuracy, 100 * baseline.accuracy] : [Infinity, -Infinity];
  const place = onAxis(picture);
  for (const { front, evaluated = [] } of panels) {
    for (const { value } of [...front, ...evaluated]) [low, high] = [Math.min(low, place(value)), Math.max(high, place(value))];
    for (const { value, deviation = 0 } of front) [low, high] = [Math.min(low, place(value - deviation)), Math.max(high, place(value + deviation))];
  }
  if (low > high) return { min: 0, max: 100, step: 20 };
  if (objective.kind === 'score') {
    const room = 0.05 * (high - low || Math.abs(high) || 1);
    return niceRange(low - room, high + room);
  }
  const room = 0.05 * (high - low || 10);
  const { min, max, step } = niceRange(Math.max(0, low - room), Math.min(100, high + room));
  return { min, max: Math.min(max, 100), step };
}

/**
 * The range widened to multiples of a step of 1, 2, 2.5 or 5 times a power of ten: of those with five to nine steps
 * the one that widens least.
 */
export function niceRange(low: number, high: number): Range {
  const extent = high - low || 1;
  const choices = [5, 6, 7, 8, 9].map((parts): Range => {
    const raw = extent / parts;
    const power = 10 ** Math.floor(Math.log10(raw));
    const step = power * ([1, 2, 2.5, 5].find((factor) => factor * power >= raw) ?? 10);
    return { min: step * Math.floor(low / step), max: step * Math.ceil(high / step - 1e-9), step };
  });
  return choices.reduce((best, one) => (one.max - one.min < best.max - best.min ? one : best));
}
