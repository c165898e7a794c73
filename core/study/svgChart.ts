import * as echarts from 'echarts/core';
import type { EChartsCoreOption } from 'echarts/core';

/**
 * Draws a chart as the text of an SVG file, for print and screen. The same option gives the same text. The caller has
 * registered the chart types that it uses.
 */
export function chartSvg(option: EChartsCoreOption, { width, height }: { readonly width: number; readonly height: number }): string {
  const chart = echarts.init(null, null, { renderer: 'svg', ssr: true, width, height });
  try {
    chart.setOption({
      animation: false,
      backgroundColor: '#ffffff',
      textStyle: { fontFamily: "Inter, 'Helvetica Neue', Helvetica, Arial, 'Liberation Sans', 'DejaVu Sans', sans-serif" },
      ...option,
    });
    return withoutScreenParts(chart.renderToSVGString());
  } finally {
    chart.dispose();
  }
}

/**
 * Drops what the renderer adds for pointers and scripts on a page, and the numbers that it counts up over the life of
 * the process, so that pictures can be compared as text.
 */
function withoutScreenParts(svg: string): string {
  return svg
    .replace(/<style\b.*?<\/style>\s*/s, '')
    .replace(/ (class="zr\d+-cls-\d+"|ecmeta_\w+="[^"]*"|pointer-events="[^"]*")/g, '')
    .replace(/\bzr\d+-/g, 'zr-');
}
