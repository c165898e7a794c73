import type { CustomSeriesOption, LineSeriesOption, ScatterSeriesOption } from 'echarts/charts';
import type { FrontsLayout, FrontsPanel, FrontsPicture } from './frontsLayout.ts';

type Series = CustomSeriesOption | LineSeriesOption | ScatterSeriesOption;
type PanelPoint = FrontsPanel['front'][number];

/** Okabe and Ito's colours, without black and yellow: distinguishable with every common colour vision. */
const palette = ['#0072B2', '#D55E00', '#009E73', '#CC79A7', '#E69F00', '#56B4E9'];
const ink = '#222222';
const quiet = '#666666';
const rule = '#e8e8e8';
const dot = '#9a9a9a';

const legendNames = {
  front: 'Pareto front',
  interval: 'latency interval',
  evaluated: 'evaluated',
  budget: 'budget',
};

export function titleOptions({ title, panels }: FrontsPicture, layout: FrontsLayout): object[] {
  const names = panels.map((panel, index) => ({
    text: panel.device,
    subtext: panel.note ?? '',
    left: layout.plots[index].left - 5,
    top: layout.plots[index].top - 42,
    itemGap: 3,
    textStyle: { fontSize: 14, fontWeight: 'bold', color: colorOf(index) },
    subtextStyle: { fontSize: 11, color: quiet },
  }));
  const heading = { text: title, left: layout.plots[0]?.left ?? 0, top: layout.titleTop - 5,
    textStyle: { fontSize: 16, fontWeight: 'bold', color: ink } };
  return title ? [heading, ...names] : names;
}

export function legendOption({ panels, baseline }: FrontsPicture, layout: FrontsLayout): object {
  const line = { itemStyle: { opacity: 0 } };
  return {
    top: layout.legendTop,
    left: 'center',
    selectedMode: false,
    itemWidth: 26,
    itemGap: 22,
    textStyle: { fontSize: 12, color: ink },
    data: [
      { name: legendNames.front },
      { name: legendNames.interval, ...line },
      ...(panels.some(({ evaluated }) => evaluated?.length) ? [{ name: legendNames.evaluated, icon: 'circle' }] : []),
      ...(panels.some(({ maxMs }) => maxMs !== undefined) ? [{ name: legendNames.budget, ...line }] : []),
      ...(baseline ? [{ name: baseline.label, ...line }] : []),
    ],
  };
}

/** Axes, frame and series of one panel. */
export function panelOptions(picture: FrontsPicture, layout: FrontsLayout, panel: FrontsPanel, index: number) {
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
  return {
    grid: rectangle,
    xAxis: { ...axis, name: 'Predicted latency (ms)', nameGap: 26, min: latency.min, max: latency.max,
      interval: latency.step },
    yAxis: { ...axis, name: column === 0 ? 'Top-1 accuracy (%)' : '', nameGap: 38, min: layout.accuracy.min,
      max: layout.accuracy.max, interval: layout.accuracy.step,
      axisLabel: { ...axis.axisLabel, show: column === 0 } },
    series: panelSeries(picture, panel, index, latency.max),
  };
}

function panelSeries(picture: FrontsPicture, panel: FrontsPanel, index: number, lastMs: number): Series[] {
  const color = colorOf(index);
  const place = { xAxisIndex: index, yAxisIndex: index, silent: true };
  return [
    ...legendSamples(picture, index, place),
    dots(panel, place, lastMs),
    ...marks(picture, panel, place),
    ...beyond(panel, place, lastMs, color),
    whiskers(panel, place, color),
    steps(panel, place, color),
  ];
}

function colorOf(index: number): string {
  return palette[index % palette.length];
}

type Place = { xAxisIndex: number; yAxisIndex: number; silent: true };
const at = ({ latencyMs, accuracy }: { latencyMs: number; accuracy: number }) => [latencyMs, 100 * accuracy];

/** What the legend shows, in ink rather than in one panel's colour; drawn nowhere. */
function legendSamples({ panels, baseline }: FrontsPicture, index: number, place: Place): Series[] {
  if (index > 0) return [];
  const color = panels.length === 1 ? colorOf(0) : ink;
  const line = (name: string, lineStyle: LineSeriesOption['lineStyle'], symbol = 'none'): LineSeriesOption =>
    ({ ...place, type: 'line', name, data: [], symbol, symbolSize: 7, lineStyle, itemStyle: { color } });
  return [
    line(legendNames.front, { color, width: 2 }, 'circle'),
    line(legendNames.interval, { color, width: 1.2, opacity: 0.45 }),
    { ...place, type: 'scatter', name: legendNames.evaluated, data: [], symbolSize: 4, itemStyle: { color: dot } },
    line(legendNames.budget, { color: ink, width: 1.2, type: [5, 4] }),
    ...(baseline ? [line(baseline.label, { color: ink, width: 1.4, type: [1.5, 3] })] : []),
  ];
}

function dots({ evaluated = [] }: FrontsPanel, place: Place, lastMs: number): ScatterSeriesOption {
  return {
    ...place,
    type: 'scatter',
    data: evaluated.filter(({ latencyMs }) => latencyMs <= lastMs).map(at),
    symbolSize: 4,
    itemStyle: { color: dot, opacity: 0.55 },
    z: 1,
  };
}

/** The budget as an upright line, the baseline as a level one. */
function marks({ baseline }: FrontsPicture, { maxMs }: FrontsPanel, place: Place): Series[] {
  const line = (where: object, lineStyle: object) => ({ ...where, symbol: 'none', lineStyle, label: { show: false } });
  const data = [
    ...(maxMs === undefined ? [] : [line({ xAxis: maxMs }, { color: ink, width: 1.2, type: [5, 4] })]),
    ...(baseline
      ? [line({ yAxis: 100 * baseline.accuracy }, { color: ink, width: 1.4, type: [1.5, 3] })]
      : []),
  ];
  return data.length === 0 ? []
    : [{ ...place, type: 'line', data: [], markLine: { silent: true, symbol: 'none', data }, z: 2 }];
}

/** What the most accurate network of the front still offers to slower budgets. */
function beyond({ front, maxMs }: FrontsPanel, place: Place, lastMs: number, color: string): Series[] {
  const last = front.at(-1);
  const end = maxMs ?? lastMs;
  if (!last || end <= last.latencyMs) return [];
  const data = [at(last), [end, 100 * last.accuracy]];
  return [{ ...place, type: 'line', data, symbol: 'none', lineStyle: { color, width: 2, opacity: 0.35 }, z: 3 }];
}

function steps({ front }: FrontsPanel, place: Place, color: string): LineSeriesOption {
  const named = (point: PanelPoint) => ({
    value: at(point),
    ...(point.name === undefined ? {} : {
      label: { show: true, formatter: point.name, position: 'top', color, fontSize: 11, fontWeight: 'bold' },
    }),
  });
  return {
    ...place,
    type: 'line',
    step: 'end',
    data: front.map(named) as LineSeriesOption['data'],
    symbol: 'circle',
    symbolSize: 7,
    lineStyle: { color, width: 2 },
    itemStyle: { color, borderColor: '#ffffff', borderWidth: 1 },
    z: 5,
  };
}

/** Predicted latencies' intervals: light level lines with small ends. */
function whiskers({ front }: FrontsPanel, place: Place, color: string): CustomSeriesOption {
  const half = 3;
  return {
    ...place,
    type: 'custom',
    data: front.map(({ lowMs, highMs, accuracy }) => [lowMs, highMs, 100 * accuracy]),
    encode: { x: [0, 1], y: 2 },
    clip: true,
    z: 4,
    renderItem: (_, api) => {
      const [left, y] = api.coord([api.value(0), api.value(2)]);
      const [right] = api.coord([api.value(1), api.value(2)]);
      const line = (x1: number, y1: number, x2: number, y2: number) => ({
        type: 'line' as const,
        shape: { x1, y1, x2, y2 },
        style: { stroke: color, lineWidth: 1.2, opacity: 0.45 },
      });
      return { type: 'group', children: [
        line(left, y, right, y), line(left, y - half, left, y + half), line(right, y - half, right, y + half),
      ] };
    },
  };
}
