import { LineChart } from 'echarts/charts';
import { GridComponent, LegendComponent } from 'echarts/components';
import * as echarts from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import { seriesLooks } from '../seriesLooks.ts';
import { chartSvg } from '../svgChart.ts';
import type { AutoScalingOutcome } from './scaleTopology.ts';
import type { ScalePoint } from './scalePoint.ts';
import { publishedRules } from './scalingRules.ts';

echarts.use([GridComponent, LegendComponent, LineChart, SVGRenderer]);

const own = '#d55e00';
const mutedInk = '#5b6470';

/** Total width against total depth, as in As-ViT's figure 3: this scaling, random ones, and published families. */
export function scalingSvg({ trajectory, random }: AutoScalingOutcome): string {
  const axis = { nameLocation: 'middle', nameTextStyle: { color: mutedInk }, axisLabel: { color: mutedInk }, splitLine: { lineStyle: { color: '#e3e6ea' } }, type: 'log' };
  const data = (points: readonly ScalePoint[]) => points.map(({ totalDepth, totalWidth }) => [totalDepth, totalWidth]);
  const line = (name: string, points: readonly ScalePoint[], color: string, symbol: string, width = 2) =>
    ({ type: 'line', name, color, symbol, symbolSize: 8, lineStyle: { width }, data: data(points) });
  return chartSvg({
    grid: { left: 72, right: 20, top: 64, bottom: 56 },
    legend: { top: 8, itemGap: 22, data: ['auto-scaling', 'at random', ...publishedRules.map(({ title }) => title)] },
    xAxis: { ...axis, name: 'total depth (blocks)', nameGap: 30, min: 3, max: 60 },
    yAxis: { ...axis, name: 'total width (channels)', nameGap: 48, min: 300, max: 60_000 },
    series: [
      ...random.map((points) => line('at random', points, '#a5adb8', 'none', 1)),
      ...publishedRules.map(({ title, points }, i) => {
        const [color, symbol] = seriesLooks[(i + 1) % seriesLooks.length];
        return line(title, points, color, symbol);
      }),
      line('auto-scaling', trajectory, own, 'circle', 3),
    ],
  }, { width: 720, height: 460 });
}
