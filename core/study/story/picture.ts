import { CustomChart, LineChart } from 'echarts/charts';
import { GridComponent, LegendComponent, TitleComponent } from 'echarts/components';
import * as echarts from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import type { Precision } from '../../graph/onnx/precision.ts';
import { seriesLooks } from '../seriesLooks.ts';
import { chartSvg } from '../svgChart.ts';
import { inheritedNetwork, retrainedNames } from './pieces.ts';
import type { NetworkSummary, PhoneSummary, StorySummary } from './summarise.ts';
import { networkTitle } from './titles.ts';

echarts.use([CustomChart, LineChart, GridComponent, LegendComponent, TitleComponent, SVGRenderer]);

const panel = { width: 460, height: 330, left: 66, right: 22, bottom: 58 };
/** Legends are lines of this height; panels begin below them, and below their titles. */
const line = { top: 8, height: 24, titles: 36 };
const mutedInk = '#5b6470';
const darkInk = '#1f242b';

/** How far a network has come, by symbol: what the search leaves is hollow. */
const steps = ['inherited', 'float32', 'float16', 'int8'] as const;
type Step = (typeof steps)[number];
const symbols: Readonly<Record<Step, string>> = { inherited: 'emptyCircle', float32: 'circle', float16: 'triangle', int8: 'diamond' };

interface Point {
  readonly step: Step;
  readonly ms: number;
  readonly msDeviation: number;
  readonly percent: number;
  readonly percentDeviation: number;
}

/**
 * Accuracy against latency, a panel a phone: each network's way from step to step as a line, means over seeds with one standard deviation
 * either way. Latencies are those measured on this computer; before they are, predicted ones of the phone, which float32 alone has.
 */
export function storySvg({ phones, target }: StorySummary): string {
  const isMeasured = target !== null;
  const panels = phones.map((phone) => waysOf(phone, isMeasured));
  const names = [...new Set(panels.flatMap((ways) => ways.map(({ name }) => name)))];
  const colours = new Map(names.map((name, i) => [name, seriesLooks[i % seriesLooks.length][0]]));
  const shown = steps.filter((step) => panels.some((ways) => ways.some(({ points }) => points.some((point) => point.step === step))));
  const width = panel.width * Math.max(1, phones.length) + 10;
  const legend = [...legendLines(names, width - panel.left - panel.right), shown];
  const top = line.top + line.height * legend.length + line.titles;
  const axis = {
    nameLocation: 'middle', nameTextStyle: { color: mutedInk }, axisLabel: { color: mutedInk, hideOverlap: true }, splitLine: { lineStyle: { color: '#e3e6ea' } }, scale: true,
  };
  const x = isMeasured ? 'latency on this computer (ms)' : 'predicted latency (ms)';
  const axes = <T extends object>(more: T) => phones.map((_, gridIndex) => ({ ...axis, type: 'value', gridIndex, ...more }));
  return chartSvg({
    title: phones.map(({ phone, budgetMs }, i) => ({
      text: `for ${phone}, at most ${budgetMs} ms`, left: panel.left + i * panel.width, top: top - 30, textStyle: { fontSize: 13, fontWeight: 600, color: darkInk },
    })),
    legend: legend.map((entries, i) => ({
      top: line.top + i * line.height, left: panel.left - 6, itemGap: legendGap, data: entries.map((name) => ({ name, ...(entries !== shown && { icon: 'roundRect' }) })),
    })),
    grid: phones.map((_, i) => ({
      left: panel.left + i * panel.width, top, width: panel.width - panel.left - panel.right, height: panel.height - panel.bottom,
    })),
    // No run takes less than nothing, however far the spread reaches.
    xAxis: axes({ name: x, nameGap: 30, min: ({ min }: { min: number }) => (min < 0 ? 0 : null) }),
    yAxis: axes({ name: 'top-1 accuracy (%)', nameGap: 44, ...percentEnds(panels.flat()) }),
    series: [
      ...panels.flatMap((ways, gridIndex) => ways.flatMap(({ name, points }) => waySeries(name, points, colours.get(name)!, gridIndex))),
      // For the legend: symbols are steps, whatever the colour.
      ...shown.map((name) => ({ type: 'line', name, color: mutedInk, symbol: symbols[name], symbolSize: 9, lineStyle: { width: 0 }, data: [] })),
    ],
  }, { width, height: top + panel.height + 10 });
}

const legendGap = 22;

/** Names in as many lines as they need; a legend that wraps by itself would cover what is below it. @param width in pixels */
function legendLines(names: readonly string[], width: number): string[][] {
  const widthOf = (name: string) => 32 + 7.2 * name.length + legendGap;
  const lines: string[][] = [];
  let free = 0;
  for (const name of names) {
    if (widthOf(name) > free || lines.length === 0) {
      lines.push([]);
      free = width;
    }
    lines.at(-1)!.push(name);
    free -= widthOf(name);
  }
  return lines;
}

interface Way {
  readonly name: string;
  readonly points: readonly Point[];
}

/** What was inherited is where the way of the retrained network begins. */
function waysOf({ networks }: PhoneSummary, isMeasured: boolean): Way[] {
  const pointsOf = (network: NetworkSummary, step?: Step) => network.precisions.flatMap(({ precision, accuracy, latencyMs }): Point[] => {
    const ms = latencyMs ?? (isMeasured || precision !== 'float32' ? null : network.predictedMs);
    return ms === null ? [] : [{
      step: step ?? precision satisfies Precision, ms: ms.mean, msDeviation: ms.deviation ?? 0, percent: 100 * accuracy.mean, percentDeviation: 100 * (accuracy.deviation ?? 0),
    }];
  });
  const before = networks.filter(({ network }) => network === inheritedNetwork).flatMap((network) => pointsOf(network, 'inherited'));
  const ways = networks.filter(({ network }) => network !== inheritedNetwork)
    .map((network) => ({ name: networkTitle(network.network), points: [...(network.network === retrainedNames.inherited ? before : []), ...pointsOf(network)] }));
  const isAlone = !networks.some(({ network }) => network === retrainedNames.inherited);
  return (isAlone && before.length > 0 ? [{ name: networkTitle(inheritedNetwork), points: before }, ...ways] : ways).filter(({ points }) => points.length > 0);
}

function waySeries(name: string, points: readonly Point[], color: string, gridIndex: number): object[] {
  const place = { xAxisIndex: gridIndex, yAxisIndex: gridIndex };
  return [
    {
      ...place, type: 'line', name, color, lineStyle: { width: 1.5 },
      data: points.map(({ step, ms, percent }) => ({ value: [ms, percent], symbol: symbols[step], symbolSize: 9 })),
    },
    {
      ...place, type: 'custom', name, color, silent: true, clip: true, renderItem: deviationCross, encode: { x: [0, 1], y: [2, 3] },
      data: points.map(({ ms, msDeviation, percent, percentDeviation }) => [ms - msDeviation, ms + msDeviation, percent - percentDeviation, percent + percentDeviation]),
    },
  ];
}

/** The same for all panels, so that they can be compared. */
function percentEnds(ways: readonly Way[]): { min?: number; max?: number } {
  const ends = ways.flatMap(({ points }) => points.flatMap(({ percent, percentDeviation }) => [percent - percentDeviation, percent + percentDeviation]));
  if (ends.length === 0) return {};
  const [low, high] = [Math.min(...ends), Math.max(...ends)];
  const tick = tickSizes.find((size) => (high - low) / size <= 8) ?? 20;
  return { min: Math.max(0, tick * Math.floor((low - 0.5) / tick)), max: Math.min(100, tick * Math.ceil((high + 0.5) / tick)) };
}

/** Of the axis of accuracies, in points. */
const tickSizes = [1, 2, 5, 10];

interface CustomApi {
  value(dimension: number): number;
  coord(point: readonly [number, number]): [number, number];
  visual(name: 'color'): string;
}

function deviationCross(_: unknown, api: CustomApi) {
  const [left, bottom] = api.coord([api.value(0), api.value(2)]);
  const [right, top] = api.coord([api.value(1), api.value(3)]);
  const [x, y] = [(left + right) / 2, (top + bottom) / 2];
  const line = (x1: number, y1: number, x2: number, y2: number) => ({ type: 'line', shape: { x1, y1, x2, y2 }, style: { stroke: api.visual('color'), lineWidth: 1.2, opacity: 0.7 } });
  return { type: 'group', children: [line(left, y, right, y), line(x, top, x, bottom)] };
}
