import { LineChart, ScatterChart } from 'echarts/charts';
import { AriaComponent, DataZoomInsideComponent, GridComponent, MarkAreaComponent, MarkLineComponent, TooltipComponent } from 'echarts/components';
import { connect, init, use } from 'echarts/core';
import { CanvasRenderer, SVGRenderer } from 'echarts/renderers';
import type { EChartsCoreOption } from 'echarts/core';
import type { ChartTheme } from './chartTheme.ts';

// Only what the charts use, so that the window loads a fraction of the library.
use([LineChart, ScatterChart, AriaComponent, DataZoomInsideComponent, GridComponent, MarkAreaComponent, MarkLineComponent,
  TooltipComponent, CanvasRenderer, SVGRenderer]);

export { connect, init };
export type { EChartsCoreOption };

/** The parts that all charts share: fonts, margins, a tooltip drawn as the window's own, nothing that moves by itself. */
export function baseOption(theme: ChartTheme, label: string): EChartsCoreOption {
  const { unit } = theme;
  return {
    animation: false,
    textStyle: { fontFamily: theme.font, fontSize: 11 * unit, color: theme.text },
    aria: { enabled: true, label: { description: label } },
    grid: { left: 48 * unit, right: 14 * unit, top: 24 * unit, bottom: 36 * unit, containLabel: false },
    tooltip: {
      transitionDuration: 0,
      confine: true,
      backgroundColor: theme.surface,
      borderColor: theme.border,
      borderWidth: 1,
      padding: [6 * unit, 9 * unit],
      textStyle: { color: theme.text, fontSize: 12 * unit, fontFamily: theme.font },
      extraCssText: 'font-variant-numeric: tabular-nums',
    },
  };
}

/** An axis with these ticks in place of ECharts' own, which on a log axis are whole decades only. */
export function withTicks(axis: EChartsCoreOption, values: readonly number[], labels: readonly string[]): EChartsCoreOption {
  const { axisLabel } = axis as { axisLabel: object };
  const names = new Map(values.map((value, i) => [value, labels[i]]));
  const customValues = [...values];
  return {
    ...axis,
    // Through a logarithm and back, a value may lose its last bits.
    axisLabel: { ...axisLabel, customValues, formatter: (value: number) => names.get(value) ?? names.get(Number(value.toPrecision(12))) ?? '' },
    axisTick: { show: false, customValues },
  };
}

/** An axis in the theme's colours, with its title at its end. */
export function axisOption(theme: ChartTheme, side: 'x' | 'y', name: string, type: 'value' | 'log' = 'value'): EChartsCoreOption {
  const { unit } = theme;
  return {
    type,
    name,
    nameLocation: 'end',
    nameGap: side === 'x' ? 0 : 10 * unit,
    nameTextStyle: side === 'x'
      ? { color: theme.mutedText, align: 'right', verticalAlign: 'top', padding: [20 * unit, 0, 0, 0], fontSize: 11 * unit }
      : { color: theme.mutedText, align: 'left', padding: [0, 0, 0, -40 * unit], fontSize: 11 * unit },
    scale: true,
    splitNumber: side === 'x' ? 6 : 4,
    minorTick: { show: false },
    axisTick: { show: false },
    axisLine: { show: side === 'x', lineStyle: { color: theme.axis }, onZero: false },
    axisLabel: { color: theme.axis, fontSize: 11 * unit, hideOverlap: true },
    splitLine: { lineStyle: { color: theme.gridLine } },
  };
}
