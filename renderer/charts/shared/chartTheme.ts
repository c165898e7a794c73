import { onScopeDispose, shallowRef } from 'vue';
import type { ShallowRef } from 'vue';

/** What the charts take from the theme's custom properties, as concrete values for canvases. */
export interface ChartTheme {
  readonly series: readonly string[];
  readonly surface: string;
  readonly text: string;
  readonly mutedText: string;
  readonly gridLine: string;
  readonly axis: string;
  readonly border: string;
  readonly accent: string;
  readonly font: string;
  /** The root font size in CSS pixels over 13: what lengths in charts are multiplied with. */
  readonly unit: number;
}

const fallbackSeries = ['#0072b2', '#c85400', '#008a64', '#b0548a', '#a86c00', '#2f86bd', '#7a6e00', '#5a5f6b'];

function readTheme(): ChartTheme {
  const style = getComputedStyle(document.documentElement);
  const read = (name: string, fallback: string): string => style.getPropertyValue(name).trim() || fallback;
  return {
    series: fallbackSeries.map((color, i) => read(`--series-${i + 1}`, color)),
    surface: read('--surface', '#ffffff'),
    text: read('--text', '#1b1c20'),
    mutedText: read('--text-3', '#646671'),
    gridLine: read('--grid-line', '#ebebef'),
    axis: read('--axis', '#646671'),
    border: read('--border', '#e2e2e8'),
    accent: read('--accent', '#3b5bdb'),
    font: read('--font', 'system-ui, sans-serif'),
    unit: (Number.parseFloat(style.fontSize) || 13) / 13,
  };
}

/** The theme's colours, read again when the root's data-theme, the system's preferences or the window's size change. */
export function useChartTheme(): Readonly<ShallowRef<ChartTheme>> {
  const theme = shallowRef(readTheme());
  const update = (): void => {
    const next = readTheme();
    if (JSON.stringify(next) !== JSON.stringify(theme.value)) theme.value = next;
  };
  const observer = new MutationObserver(update);
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme', 'style', 'class'] });
  const queries = ['(prefers-color-scheme: dark)', '(prefers-contrast: more)'].map((query) => matchMedia(query));
  for (const query of queries) query.addEventListener('change', update);
  window.addEventListener('resize', update);
  onScopeDispose(() => {
    observer.disconnect();
    for (const query of queries) query.removeEventListener('change', update);
    window.removeEventListener('resize', update);
  });
  return theme;
}

/** The colour of a tone, 1 to 8; further ones start over. */
export function toneColor(theme: ChartTheme, tone: number): string {
  return theme.series[(tone - 1 + theme.series.length * 8) % theme.series.length];
}

/** #rrggbb (or #rgb) as three numbers, 0 to 255. */
export function rgbOf(color: string): [number, number, number] {
  const hex = color.replace('#', '');
  const full = hex.length === 3 ? [...hex].map((digit) => digit + digit).join('') : hex;
  const value = Number.parseInt(full.slice(0, 6), 16);
  return Number.isNaN(value) ? [90, 95, 107] : [value >> 16, (value >> 8) & 255, value & 255];
}
