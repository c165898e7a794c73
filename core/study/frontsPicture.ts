import { CustomChart, LineChart, ScatterChart } from 'echarts/charts';
import { GridComponent, LegendComponent, MarkLineComponent, TitleComponent } from 'echarts/components';
import * as echarts from 'echarts/core';
import type { EChartsCoreOption } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import sharp from 'sharp';
import { layOut } from './frontsLayout.ts';
import type { FrontsPicture } from './frontsLayout.ts';
import { legendOption, panelOptions, titleOptions } from './frontsPanels.ts';

echarts.use([
  CustomChart, LineChart, ScatterChart, GridComponent, LegendComponent, MarkLineComponent, TitleComponent, SVGRenderer,
]);

export type { FrontsPanel, FrontsPicture } from './frontsLayout.ts';

/**
 * Draws the fronts, one panel a device with a common accuracy axis, as a figure for print and screen (light background,
 * colours that colour-blind readers can tell apart). The same input gives the same text.
 * @returns the text of an SVG file.
 */
export function frontsSvg(picture: FrontsPicture): string {
  const layout = layOut(picture);
  const chart = echarts.init(null, null, { renderer: 'svg', ssr: true, width: layout.width, height: layout.height });
  try {
    const panels = picture.panels.map((panel, index) => panelOptions(picture, layout, panel, index));
    const option: EChartsCoreOption = {
      animation: false,
      backgroundColor: '#ffffff',
      textStyle: { fontFamily: 'Inter, "Helvetica Neue", Helvetica, Arial, "DejaVu Sans", sans-serif' },
      title: titleOptions(picture, layout),
      legend: legendOption(picture, layout),
      grid: panels.map(({ grid }) => grid),
      xAxis: panels.map(({ xAxis }) => xAxis),
      yAxis: panels.map(({ yAxis }) => yAxis),
      series: panels.flatMap(({ series }) => series),
    };
    chart.setOption(option);
    // The renderer numbers its charts over the life of the process; without the number pictures can be compared.
    return chart.renderToSVGString().replace(/\bzr\d+-/g, 'zr-');
  } finally {
    chart.dispose();
  }
}

/** The picture as a PNG file's bytes, at twice the SVG's size for sharp print and high-density screens. */
export function frontsPng(svg: string): Promise<Buffer> {
  const cssPixelsPerInch = 72;
  return sharp(Buffer.from(svg), { density: 2 * cssPixelsPerInch }).png({ compressionLevel: 9 }).toBuffer();
}
