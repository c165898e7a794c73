import { CustomChart, LineChart, ScatterChart } from 'echarts/charts';
import { GridComponent, LegendComponent, MarkLineComponent, TitleComponent } from 'echarts/components';
import * as echarts from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import sharp from 'sharp';
import type { ParetoPoint } from '../search/pareto.ts';
import type { SearchResult } from '../search/result.ts';
import { layOut } from './frontsLayout.ts';
import type { FrontsPicture } from './frontsLayout.ts';
import { legendOption, panelOptions, titleOptions } from './frontsPanels.ts';
import type { MeasuredByKey } from './measuredLatency.ts';
import { chartSvg } from './svgChart.ts';

echarts.use([
  CustomChart, LineChart, ScatterChart, GridComponent, LegendComponent, MarkLineComponent, TitleComponent, SVGRenderer,
]);

export type { FrontsPanel, FrontsPicture } from './frontsLayout.ts';

/**
 * The picture of a search's result.
 * @param evaluated by device, in the result's order, everything evaluated (`evaluatedPoints`); drawn as grey dots.
 */
export function pictureOf(
  result: SearchResult,
  evaluated: readonly (readonly ParetoPoint[])[] = [],
  words: Pick<FrontsPicture, 'title' | 'baseline'> = {},
  measured: MeasuredByKey = new Map(),
): FrontsPicture {
  return {
    ...words,
    objective: result.objective,
    panels: result.devices.map(({ device, front, maxMs, normalizedHypervolume }, index) => ({
      device,
      front: front.map((entry) => {
        const found = measured.get(device)?.get(entry.key);
        return found === undefined ? entry : { ...entry, measuredMs: found.ms, isDoubtful: found.isDoubtful };
      }),
      maxMs,
      evaluated: evaluated[index],
      note: `${front.length} on the front, hypervolume ${normalizedHypervolume.toFixed(3)}`,
    })),
  };
}

/**
 * Draws the fronts, one panel a device with a common upright axis, as a figure for print and screen (light background,
 * colours that colour-blind readers can tell apart). The same input gives the same text.
 * @returns the text of an SVG file.
 * @throws RangeError without panels.
 */
export function frontsSvg(picture: FrontsPicture): string {
  const layout = layOut(picture);
  const panels = picture.panels.map((_, index) => panelOptions(picture, layout, index));
  return chartSvg({
    title: titleOptions(picture, layout),
    legend: legendOption(picture, layout),
    grid: panels.map(({ grid }) => grid),
    xAxis: panels.map(({ xAxis }) => xAxis),
    yAxis: panels.map(({ yAxis }) => yAxis),
    series: panels.flatMap(({ series }) => series),
  }, layout);
}

/** The picture as a PNG file's bytes, at twice the SVG's size for sharp print and high-density screens. */
export function frontsPng(svg: string): Promise<Buffer> {
  const cssPixelsPerInch = 72;
  return sharp(Buffer.from(svg), { density: 2 * cssPixelsPerInch }).png({ compressionLevel: 9 }).toBuffer();
}
