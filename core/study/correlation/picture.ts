import { CustomChart, ScatterChart } from 'echarts/charts';
import { GridComponent, MarkLineComponent, TitleComponent } from 'echarts/components';
import * as echarts from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import type { Agreement } from '../../scoring/agreement.ts';
import { chartSvg } from '../svgChart.ts';
import type { CorrelatedRanking, Correlation } from './result.ts';
import { signed } from './remarks.ts';
import { byTau } from './tables.ts';

echarts.use([CustomChart, ScatterChart, GridComponent, MarkLineComponent, TitleComponent, SVGRenderer]);

/** Told apart by colour-blind readers (Okabe and Ito), and by shape in print without colours. */
const looks = { score: ['#0072b2', 'circle'], baseline: ['#5b6470', 'diamond'] } as const;
const reference = '#d55e00';
const mutedInk = '#5b6470';
const ink = '#22262b';

/** A single panel, and one of several side by side. */
const panelWidths = { alone: 460, shared: 190 };
const rowHeight = 20;
const perRow = 4;
/** Between labels of tau: wide enough that those of neighbouring panels do not meet. */
const tick = 0.5;
const margin = { left: 176, top: 86, right: 20, between: 24, below: 68 };

interface Panel {
  readonly title: string;
  readonly of: (ranking: CorrelatedRanking) => Agreement;
}

/**
 * Kendall's tau of every ranking with its 95 % interval, a panel for the mean over columns and one for each column, in the order
 * of the mean. A line marks the better of parameters and MACs.
 */
export function correlationSvg(correlation: Correlation): string {
  const { rankings, columns, title, networks } = correlation;
  // The first category is drawn at the bottom.
  const ordered = byTau(rankings, ({ mean }) => mean).reverse();
  const panels: Panel[] = [
    ...(columns.length > 1 ? [{ title: `mean of ${columns.length}`, of: ({ mean }: CorrelatedRanking) => mean }] : []),
    ...columns.map((column, i) => ({ title: column.title, of: (ranking: CorrelatedRanking) => ranking.columns[i] })),
  ];
  const across = Math.min(perRow, panels.length);
  const panelWidth = across === 1 ? panelWidths.alone : panelWidths.shared;
  const height = Math.max(60, ordered.length * rowHeight);
  const range = rangeOf(ordered, panels);
  const places = panels.map((_, i) => ({
    left: margin.left + (i % across) * (panelWidth + margin.between), top: margin.top + Math.floor(i / across) * (height + margin.below),
    width: panelWidth, height,
  }));
  return chartSvg({
    title: [
      { text: `${title}: agreement with the accuracy of ${networks.length} networks`, left: 12, top: 10, textStyle: { fontSize: 14, color: ink } },
      { text: "Kendall's tau-b, 95 % bootstrap interval; grey: baselines; orange line: the better of parameters and MACs", left: 12, top: 30, textStyle: { fontSize: 11, fontWeight: 'normal', color: mutedInk } },
      ...panels.map((panel, i) => ({ text: panel.title, left: places[i].left, top: places[i].top - 7, padding: 0, textVerticalAlign: 'bottom', textStyle: { fontSize: 12, lineHeight: 14, color: ink, width: panelWidth, overflow: 'break' } })),
    ],
    grid: places,
    xAxis: panels.map((_, i) => ({
      type: 'value', gridIndex: i, ...range, interval: tick, axisLabel: { color: mutedInk, fontSize: 11, formatter: (tau: number) => signed(tau, 1) }, splitLine: { lineStyle: { color: '#e3e6ea' } },
      axisLine: { show: false },
    })),
    yAxis: panels.map((_, i) => ({
      type: 'category', gridIndex: i, data: ordered.map(({ id }) => id), axisTick: { show: false }, axisLine: { show: true, onZero: false, lineStyle: { color: '#c8cdd3' } },
      axisLabel: { show: i % across === 0, color: ink, fontSize: 11, width: margin.left - 16, overflow: 'truncate', interval: 0 },
    })),
    series: panels.flatMap((panel, i) => seriesOf(ordered, panel, i)),
  }, {
    width: margin.left + across * panelWidth + (across - 1) * margin.between + margin.right,
    height: margin.top + Math.ceil(panels.length / across) * (height + margin.below) - margin.below + 34,
  });
}

function seriesOf(rankings: readonly CorrelatedRanking[], { of }: Panel, index: number): object[] {
  const place = { xAxisIndex: index, yAxisIndex: index, silent: true };
  const best = Math.max(...rankings.filter(({ id }) => id === 'params' || id === 'macs').map((ranking) => of(ranking).tau.value ?? -Infinity));
  return [false, true].flatMap((isBaseline) => {
    const [color, symbol] = isBaseline ? looks.baseline : looks.score;
    const own = rankings.map((ranking, row) => ({ tau: of(ranking).tau, row, shown: ranking.isBaseline === isBaseline })).filter(({ shown, tau }) => shown && tau.value !== null);
    return [
      {
        ...place, type: 'custom', color, renderItem: intervalBar, encode: { x: [0, 1], y: 2 },
        data: own.flatMap(({ tau: { interval }, row }) => interval ? [[interval.low, interval.high, row]] : []),
      },
      {
        ...place, type: 'scatter', color, symbol, symbolSize: 8, data: own.map(({ tau, row }) => [tau.value, row]),
        ...(isBaseline && Number.isFinite(best) && {
          markLine: { silent: true, symbol: 'none', label: { show: false }, lineStyle: { color: reference, width: 1.2, type: 'solid' }, data: [{ xAxis: best }] },
        }),
      },
    ];
  });
}

/** All panels have the same ends, so that they compare. */
function rangeOf(rankings: readonly CorrelatedRanking[], panels: readonly Panel[]): { min: number; max: number } {
  const ends = panels.flatMap(({ of }) => rankings.flatMap((ranking) => {
    const { value, interval } = of(ranking).tau;
    return value === null ? [] : [value, interval?.low ?? value, interval?.high ?? value];
  }));
  return { min: Math.floor(Math.min(0, ...ends) / tick) * tick, max: Math.ceil(Math.max(0, ...ends) / tick) * tick };
}

interface CustomApi {
  value(dimension: number): number;
  coord(point: readonly [number, number]): [number, number];
  visual(name: 'color'): string;
}

function intervalBar(_: unknown, api: CustomApi) {
  const [low, y] = api.coord([api.value(0), api.value(2)]);
  const [high] = api.coord([api.value(1), api.value(2)]);
  return { type: 'line', shape: { x1: low, y1: y, x2: high, y2: y }, style: { stroke: api.visual('color'), lineWidth: 1.8 } };
}
