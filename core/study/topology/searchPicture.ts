import { LineChart, ScatterChart } from 'echarts/charts';
import { GridComponent, TitleComponent } from 'echarts/components';
import * as echarts from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import { chartSvg } from '../svgChart.ts';
import type { TopologySearchOutcome } from './searchTopology.ts';

echarts.use([GridComponent, LineChart, ScatterChart, SVGRenderer, TitleComponent]);

const panelHeight = 200;
const size = { width: 720 };
const ink = '#0072b2';
const mutedInk = '#5b6470';

/** The policy's entropy, and each measure of the sampled topologies, against steps. */
export function searchSvg({ plan, records }: TopologySearchOutcome): string {
  const panels = [
    { title: 'entropy of the policy (nats)', values: records.map(({ entropy }) => entropy), type: 'line' as const },
    ...plan.measures.map((name, m) => ({ title: name, values: records.map(({ estimates }) => estimates[m]?.mean ?? null), type: 'scatter' as const })),
  ];
  const axis = { axisLabel: { color: mutedInk }, splitLine: { lineStyle: { color: '#e3e6ea' } } };
  return chartSvg({
    title: panels.map(({ title }, i) => ({ text: title, left: 12, top: i * panelHeight + 6, textStyle: { fontSize: 13, fontWeight: 'normal' } })),
    grid: panels.map((_, i) => ({ left: 72, right: 20, top: i * panelHeight + 34, height: panelHeight - 66 })),
    xAxis: panels.map((_, i) => ({
      ...axis, gridIndex: i, type: 'value', min: 0, max: plan.settings.steps, nameLocation: 'middle', nameGap: 24,
      ...(i === panels.length - 1 ? { name: 'step', nameTextStyle: { color: mutedInk } } : {}),
    })),
    yAxis: panels.map((_, i) => ({ ...axis, gridIndex: i, type: 'value', scale: true, splitNumber: 3 })),
    series: panels.map(({ type, values }, i) => ({
      type, xAxisIndex: i, yAxisIndex: i, color: ink, symbolSize: 4, showSymbol: false,
      data: values.flatMap((value, step) => (value === null ? [] : [[step + 1, value]])),
    })),
  }, { ...size, height: panels.length * panelHeight + 12 });
}
