import { CustomChart, LineChart } from 'echarts/charts';
import { GridComponent, LegendComponent } from 'echarts/components';
import * as echarts from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import { seriesLooks } from '../seriesLooks.ts';
import { chartSvg } from '../svgChart.ts';
import type { VariantSummary } from './summarise.ts';

echarts.use([CustomChart, LineChart, GridComponent, LegendComponent, SVGRenderer]);

const size = { width: 720, height: 420 };
const mutedInk = '#5b6470';

/** Accuracy of the best subnet against MACs, a line for each variant, bars of one standard deviation over seeds. */
export function ablationSvg(variants: readonly VariantSummary[]): string {
  const axis = { nameLocation: 'middle', nameTextStyle: { color: mutedInk }, axisLabel: { color: mutedInk }, splitLine: { lineStyle: { color: '#e3e6ea' } } };
  return chartSvg({
    grid: { left: 64, right: 20, top: 44, bottom: 56 },
    legend: { top: 8, itemGap: 28, data: variants.map(({ title }) => title) },
    xAxis: { ...axis, type: 'log', name: 'million MACs', nameGap: 30, ...logEnds(variants) },
    yAxis: { ...axis, type: 'value', name: 'top-1 accuracy of the best subnet (%)', nameGap: 40, scale: true },
    series: variants.flatMap(({ title, levels }, i) => {
      const [color, symbol] = seriesLooks[i % seriesLooks.length];
      // Shifted a little, so that the bars of different variants do not hide each other.
      const x = (fromMacs: number) => fromMacs / 1e6 * 1.012 ** (i - (variants.length - 1) / 2);
      return [
        {
          type: 'line', name: title, color, symbol, symbolSize: 8, lineStyle: { width: 2 },
          data: levels.map(({ fromMacs, best }) => [x(fromMacs), 100 * best.mean]),
        },
        {
          type: 'custom', name: title, color, silent: true, renderItem: deviationBar, encode: { x: 0, y: [1, 2] },
          data: levels.flatMap(({ fromMacs, best: { mean, deviation } }) =>
            deviation === null ? [] : [[x(fromMacs), 100 * (mean - deviation), 100 * (mean + deviation)]]),
        },
      ];
    }),
  }, size);
}

function logEnds(variants: readonly VariantSummary[]): { min: number; max: number } {
  const all = variants.flatMap(({ levels }) => levels.map(({ fromMacs }) => fromMacs / 1e6));
  return { min: Number((Math.min(...all) * 0.85).toPrecision(2)), max: Number((Math.max(...all) * 1.15).toPrecision(2)) };
}

interface CustomApi {
  value(dimension: number): number;
  coord(point: readonly [number, number]): [number, number];
  visual(name: 'color'): string;
}

function deviationBar(_: unknown, api: CustomApi) {
  const [x, low] = api.coord([api.value(0), api.value(1)]);
  const [, high] = api.coord([api.value(0), api.value(2)]);
  const line = (x1: number, y1: number, x2: number, y2: number) =>
    ({ type: 'line', shape: { x1, y1, x2, y2 }, style: { stroke: api.visual('color'), lineWidth: 1.5 } });
  return { type: 'group', children: [line(x, low, x, high), line(x - 4, low, x + 4, low), line(x - 4, high, x + 4, high)] };
}
