import type { CustomSeriesOption, LineSeriesOption, ScatterSeriesOption } from 'echarts/charts';
import { accuracyObjective, oriented, scoreText } from '../search/objective.ts';
import type { ParetoPoint } from '../search/pareto.ts';
import { hasWideIntervals, onAxis, pixelsOf } from './frontsLayout.ts';
import type { FrontsLayout, FrontsPanel, FrontsPicture, FrontsPoint, Pixel } from './frontsLayout.ts';
import { percent } from './frontsTable.ts';

type Series = CustomSeriesOption | LineSeriesOption | ScatterSeriesOption;

/** Okabe and Ito's colours, without black and yellow: distinguishable with every common colour vision. */
const palette = ['#0072B2', '#D55E00', '#009E73', '#CC79A7', '#E69F00', '#56B4E9'];
const ink = '#222222';
const quiet = '#666666';
const rule = '#e8e8e8';
const dot = '#9a9a9a';
const budgetLine = { color: ink, width: 1.2, type: [5, 4] };
const haloed = { textBorderColor: '#ffffff', textBorderWidth: 3 };

const legendNames = {
  front: 'Pareto front',
  interval: 'latency interval',
  evaluated: 'evaluated',
  budget: 'budget',
  measured: 'measured',
  deviation: 'deviation over seeds',
  doubtful: 'measured, doubtful',
};

export function titleOptions({ title, panels }: FrontsPicture, layout: FrontsLayout): object[] {
  const names = panels.map((panel, index) => {
    const subtext = [panel.note, hasWideIntervals(panel) && intervalText(panel)].filter(Boolean).join('; ');
    return {
      text: panel.device,
      subtext,
      left: layout.plots[index].left - 5,
      top: layout.plots[index].top - (subtext === '' ? 28 : 42),
      itemGap: 3,
      textStyle: { fontSize: 14, fontWeight: 'bold', color: colorOf(index) },
      subtextStyle: { fontSize: 11, color: quiet },
    };
  });
  const heading = { text: title, left: layout.plots[0].left - 5, top: layout.titleTop - 5,
    textStyle: { fontSize: 16, fontWeight: 'bold', color: ink } };
  return title ? [heading, ...names] : names;
}

/** How far the intervals of a front reach, where they cannot be drawn. */
function intervalText({ front }: FrontsPanel): string {
  const [low, high] = [Math.min(...front.map(({ lowMs }) => lowMs)), Math.max(...front.map(({ highMs }) => highMs))];
  return `intervals ${Number(low.toPrecision(2))} to ${Number(high.toPrecision(2))} ms`;
}

export function legendOption({ panels }: FrontsPicture, layout: FrontsLayout): object {
  const withoutSymbol = { itemStyle: { opacity: 0 } };
  return {
    top: layout.legendTop,
    left: 'center',
    selectedMode: false,
    itemWidth: 26,
    itemHeight: 8,
    itemGap: 26,
    textStyle: { fontSize: 12, color: ink },
    data: [
      { name: legendNames.front },
      ...(panels.every(hasWideIntervals) ? [] : [{ name: legendNames.interval, ...withoutSymbol }]),
      ...(panels.some(({ evaluated }) => evaluated?.length) ? [{ name: legendNames.evaluated, icon: 'circle' }] : []),
      ...(panels.some(({ maxMs }) => maxMs !== undefined) ? [{ name: legendNames.budget, ...withoutSymbol }] : []),
      ...(panels.some(({ front }) => front.some(isMeasured)) ? [{ name: legendNames.measured }] : []),
      ...(panels.some(({ front }) => front.some(hasDeviation)) ? [{ name: legendNames.deviation, ...withoutSymbol }] : []),
      ...(panels.some(({ front }) => front.some(isDoubtful)) ? [{ name: legendNames.doubtful }] : []),
    ],
  };
}

/** Axes, frame and series of one panel. */
export function panelOptions(picture: FrontsPicture, layout: FrontsLayout, index: number) {
  const { column, ...rectangle } = layout.plots[index];
  const text = { fontSize: 12, color: ink };
  const axis = {
    gridIndex: index,
    type: 'value',
    nameLocation: 'middle',
    nameTextStyle: text,
    axisLabel: { ...text, color: quiet },
    axisLine: { show: true, lineStyle: { color: quiet } },
    axisTick: { show: true, lineStyle: { color: quiet } },
    splitLine: { lineStyle: { color: rule } },
  };
  const latency = layout.latency[index];
  const { objective = accuracyObjective } = picture;
  const isScore = objective.kind === 'score';
  const name = isScore ? objective.title : 'Top-1 accuracy (%)';
  return {
    grid: rectangle,
    xAxis: { ...axis, name: 'Predicted latency (ms)', nameGap: 26, min: latency.min, max: latency.max,
      interval: latency.step },
    yAxis: { ...axis, name: column === 0 ? name : '', nameGap: isScore ? 46 : 38, min: layout.value.min,
      max: layout.value.max, interval: layout.value.step,
      axisLabel: {
        ...axis.axisLabel, show: column === 0,
        ...(isScore ? { formatter: (value: number) => scoreText(oriented(objective, value)) } : {}),
      } },
    series: panelSeries(picture, layout, index),
  };
}

function panelSeries(picture: FrontsPicture, layout: FrontsLayout, index: number): Series[] {
  const panel = picture.panels[index];
  const color = colorOf(index);
  const place: Place = { xAxisIndex: index, yAxisIndex: index, silent: true };
  const lastMs = layout.latency[index].max;
  const toPixels = pixelsOf(picture, layout, index);
  const at = placing(picture);
  const marked = spaced(panel.front, toPixels, 6);
  return [
    ...legendSamples(picture, index, place),
    dots(panel, place, lastMs, at),
    ...marks(picture, panel, place, lastMs),
    ...(hasWideIntervals(panel) ? [] : [whiskers(spaced(marked, toPixels, 10), place, color, at)]),
    staircase(panel, place, lastMs, color, at),
    points(marked, place, lastMs, color, at),
    ...(panel.front.some(hasDeviation) ? [deviations(panel.front, place, color, at)] : []),
    ...(panel.front.some(isMeasured) ? [measurements(panel.front.filter((point) => !isDoubtful(point)), place, at)] : []),
    ...(panel.front.some(isDoubtful) ? [measurements(panel.front.filter(isDoubtful), place, at, doubtfulDash)] : []),
  ];
}

const isMeasured = ({ measuredMs }: FrontsPoint) => measuredMs !== undefined;
const hasDeviation = ({ deviation }: FrontsPoint) => deviation !== undefined;
const isDoubtful = (point: FrontsPoint) => isMeasured(point) && point.isDoubtful === true;
/** In pixels, drawn and left out. */
const doubtfulDash = [2, 2];

/** What was measured, as hollow diamonds with a line from what had been predicted. */
function measurements(front: readonly FrontsPoint[], place: Place, at: Placing, lineDash?: number[]): CustomSeriesOption {
  const half = 5;
  return drawn(front, place, at, { z: 6, stroke: ink, lineWidth: 1.4, ...(lineDash && { lineDash }) }, ({ latencyMs, measuredMs, value }, pixel) => {
    if (measuredMs === undefined) return '';
    const [from] = pixel({ latencyMs, value });
    const [x, y] = pixel({ latencyMs: measuredMs, value });
    return `M${from} ${y}H${x}M${x - half} ${y}L${x} ${y - half}L${x + half} ${y}L${x} ${y + half}Z`;
  });
}

/**
 * Of a dense front's points as many as can be told apart at the given distance in pixels, and all that have a name; the
 * staircase still shows every step.
 */
function spaced(front: FrontsPanel['front'], toPixels: (point: ParetoPoint) => Pixel, pixels: number) {
  let last: Pixel | undefined;
  return front.filter((point, i) => {
    const [x, y] = toPixels(point);
    const clear = !last || Math.hypot(x - last[0], y - last[1]) >= pixels;
    if (!clear && point.name === undefined && i < front.length - 1) return false;
    last = [x, y];
    return true;
  });
}

function colorOf(index: number): string {
  return palette[index % palette.length];
}

type Place = { xAxisIndex: number; yAxisIndex: number; silent: true };
type Placing = (point: ParetoPoint) => number[];
function placing(picture: FrontsPicture): Placing {
  const place = onAxis(picture);
  return ({ latencyMs, value }) => [latencyMs, place(value)];
}

/** What the legend shows, in ink rather than in one panel's colour; drawn nowhere. */
function legendSamples({ panels }: FrontsPicture, index: number, place: Place): Series[] {
  if (index > 0) return [];
  const color = panels.length === 1 ? colorOf(0) : ink;
  const line = (name: string, lineStyle: LineSeriesOption['lineStyle'], symbol = 'none'): LineSeriesOption =>
    ({ ...place, type: 'line', name, data: [], symbol, symbolSize: 7, lineStyle, itemStyle: { color } });
  return [
    line(legendNames.front, { color, width: 2 }, 'circle'),
    line(legendNames.interval, { color, width: 1.2, opacity: 0.5 }),
    { ...place, type: 'scatter', name: legendNames.evaluated, data: [], symbolSize: 4, itemStyle: { color: dot } },
    line(legendNames.budget, budgetLine),
    line(legendNames.deviation, { color, width: 1.6 }),
    {
      ...place, type: 'scatter', name: legendNames.measured, data: [], symbol: 'diamond', symbolSize: 10,
      itemStyle: { color: 'transparent', borderColor: ink, borderWidth: 1.4 },
    },
    {
      ...place, type: 'scatter', name: legendNames.doubtful, data: [], symbol: 'diamond', symbolSize: 10,
      itemStyle: { color: 'transparent', borderColor: ink, borderWidth: 1.4, borderType: doubtfulDash },
    },
  ];
}

const toHalfPixel = (pixel: number) => Math.round(2 * pixel) / 2;

/** All dots as one path, those on the same spot once: ten thousand separate circles would make a file of megabytes. */
function dots({ evaluated = [] }: FrontsPanel, place: Place, lastMs: number, at: Placing): CustomSeriesOption {
  const points = evaluated.filter(({ latencyMs }) => latencyMs <= lastMs).map(at);
  return {
    ...place,
    type: 'custom',
    data: points.slice(0, 1),
    clip: true,
    z: 1,
    renderItem: (_, api) => {
      const spots = new Set(points.map((point) => api.coord(point).map(toHalfPixel).join(' ')));
      return {
        type: 'path',
        shape: { pathData: [...spots].map((spot) => `M${spot}h.01`).join('') },
        style: { fill: 'none', stroke: dot, lineWidth: 4, lineCap: 'round', opacity: 0.6 },
      };
    },
  };
}

/** The budget as an upright line, the baseline as a level one with its name at the end of the budget or the axis. */
function marks({ baseline }: FrontsPicture, { maxMs }: FrontsPanel, place: Place, lastMs: number): Series[] {
  const lines = [
    ...(maxMs === undefined ? [] : [{ xAxis: maxMs, lineStyle: budgetLine }]),
    ...(baseline ? [{ yAxis: 100 * baseline.accuracy, lineStyle: { color: ink, width: 1.4, type: [1.5, 3] } }] : []),
  ];
  if (lines.length === 0) return [];
  const label = baseline && {
    ...haloed, show: true, formatter: `${baseline.label} (${percent(baseline.accuracy)})`, color: ink, fontSize: 11,
    position: 'left' as const, offset: [-2, 9],
  };
  return [{
    ...place,
    type: 'scatter',
    data: baseline ? [{ value: [maxMs ?? lastMs, 100 * baseline.accuracy], label }] : [],
    symbolSize: 0.01,
    markLine: { silent: true, symbol: 'none', label: { show: false }, data: lines },
    z: 2,
  }];
}

/**
 * The value to be had within each latency: a staircase, light where only slower budgets than the front's last
 * network follow. A path of our own, because the chart library's stepped line leaves steps below a pixel out and so
 * slants.
 */
function staircase({ front, maxMs }: FrontsPanel, place: Place, lastMs: number, color: string, at: Placing): CustomSeriesOption {
  return {
    ...place,
    type: 'custom',
    data: front.slice(0, 1).map(at),
    clip: true,
    z: 3,
    renderItem: (_, api) => {
      const pixels = front.map((point) => api.coord(at(point)));
      const [startX, startY] = pixels[0];
      const [lastX, lastY] = pixels[pixels.length - 1];
      const path = (pathData: string, opacity: number) => ({
        type: 'path' as const,
        shape: { pathData },
        style: { fill: 'none', stroke: color, lineWidth: 2, lineJoin: 'round' as const, opacity },
      });
      const [endX] = api.coord([maxMs ?? lastMs, 0]);
      return { type: 'group', children: [
        path(`M${round(startX)} ${round(startY)}${pixels.slice(1).map(([x, y]) => `H${round(x)}V${round(y)}`).join('')}`, 1),
        ...(endX > lastX ? [path(`M${round(lastX)} ${round(lastY)}H${round(endX)}`, 0.35)] : []),
      ] };
    },
  };
}

function points(front: FrontsPanel['front'], place: Place, lastMs: number, color: string, at: Placing): ScatterSeriesOption {
  return {
    ...place,
    type: 'scatter',
    data: front.map((point) => ({
      value: at(point),
      ...(point.name === undefined ? {} : { label: nameLabel(point.name, point.latencyMs / lastMs, color) }),
    })),
    symbolSize: 7,
    itemStyle: { color, borderColor: '#ffffff', borderWidth: 1, opacity: 1 },
    z: 5,
  };
}

/** Above and left of a front's point there is nothing, except beyond the axis; there the name goes below and right. */
function nameLabel(name: string, shareOfAxis: number, color: string) {
  const where = shareOfAxis < 0.15
    ? { position: 'right' as const, offset: [1, 8] }
    : { position: 'left' as const, offset: [2, -9] };
  return { ...haloed, ...where, show: true, formatter: name, color, fontSize: 11, fontWeight: 'bold' as const };
}

/** Half the length of a line's small ends, in pixels. */
const halfEnd = 3;

/** Predicted latencies' intervals: light level lines with small ends. */
function whiskers(front: FrontsPanel['front'], place: Place, color: string, at: Placing): CustomSeriesOption {
  return drawn(front, place, at, { z: 2, stroke: color, lineWidth: 1.2, opacity: 0.4 }, ({ lowMs, highMs, value }, pixel) => {
    const [left, y] = pixel({ latencyMs: lowMs, value });
    const [right] = pixel({ latencyMs: highMs, value });
    return `M${left} ${y}H${right}M${left} ${y - halfEnd}v${2 * halfEnd}M${right} ${y - halfEnd}v${2 * halfEnd}`;
  });
}

/** How far values spread over seeds, as upright lines with small ends. */
function deviations(front: FrontsPanel['front'], place: Place, color: string, at: Placing): CustomSeriesOption {
  return drawn(front, place, at, { z: 4, stroke: color, lineWidth: 1.6 }, ({ latencyMs, value, deviation }, pixel) => {
    if (deviation === undefined) return '';
    const [x, top] = pixel({ latencyMs, value: value + deviation });
    const [, bottom] = pixel({ latencyMs, value: value - deviation });
    return `M${x} ${top}V${bottom}M${x - halfEnd} ${top}h${2 * halfEnd}M${x - halfEnd} ${bottom}h${2 * halfEnd}`;
  });
}

interface Stroke {
  readonly z: number;
  readonly stroke: string;
  readonly lineWidth: number;
  readonly opacity?: number;
  readonly lineDash?: number[];
}

/** Something at each of a front's points, all as one path. @param pathOf a point, '' where there is nothing; `pixel` says where something lies */
function drawn<Point extends ParetoPoint>(
  front: readonly Point[], place: Place, at: Placing, { z, ...style }: Stroke, pathOf: (point: Point, pixel: (point: ParetoPoint) => number[]) => string,
): CustomSeriesOption {
  return {
    ...place,
    type: 'custom',
    data: front.slice(0, 1).map(at),
    clip: true,
    z,
    renderItem: (_, api) => ({
      type: 'path',
      shape: { pathData: front.map((point) => pathOf(point, (other) => api.coord(at(other)).map(round))).join('') },
      style: { fill: 'none', ...style },
    }),
  };
}

const round = (pixel: number) => Math.round(10 * pixel) / 10;
