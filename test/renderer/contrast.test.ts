import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { rgbOf } from '../../renderer/charts/shared/chartTheme.ts';
import { divergingColor, largestMix } from '../../renderer/charts/shared/diverging.ts';
import { contrastRatio } from '../../renderer/theme/contrast.ts';

const css = readFileSync(new URL('../../renderer/theme/tokens.css', import.meta.url), 'utf8');

/** The colours of one theme, as the style sheet sets them. */
function themeColours(theme: string): Map<string, string> {
  const start = css.indexOf(`\n[data-theme='${theme}'] {`);
  const block = css.slice(start, css.indexOf('\n}', start));
  return new Map([...block.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6});/g)].map(([, name, value]) => [name, value]));
}

const surfaces = ['bg', 'surface', 'surface-raised', 'surface-sunken'];
/** [foreground, background, the least ratio WCAG 2.2 AA asks for: 4.5 for text, 3 for graphics and controls]. */
const pairs: [string, string, number][] = [
  ...['text', 'text-2', 'text-3', 'accent-text'].flatMap((name) => [...surfaces, 'hover', 'selected'].map((on): [string, string, number] => [name, on, 4.5])),
  ...['success', 'warning', 'danger', 'info'].flatMap((name) => [...surfaces, `${name}-bg`].map((on): [string, string, number] => [name, on, 4.5])),
  ...['code-key', 'code-string', 'code-number', 'code-comment'].map((name): [string, string, number] => [name, 'surface', 4.5]),
  ['text-2', 'neutral-bg', 4.5],
  ['text-3', 'neutral-bg', 4.5],
  ['on-accent', 'accent', 4.5],
  ['on-accent', 'accent-hover', 4.5],
  ['on-danger', 'danger-solid', 4.5],
  ...surfaces.flatMap((on): [string, string, number][] => [['focus', on, 3], ['border-control', on, 3], ['axis', on, 3]]),
  ...Array.from({ length: 8 }, (_, index): [string, string, number] => [`series-${index + 1}`, 'surface', 3]),
];

describe('contrast', () => {
  it("is computed as WCAG does: its own examples of black, white and #777777", () => {
    expect(contrastRatio('#000000', '#ffffff')).toBeCloseTo(21, 10);
    // The well-known border case: #777777 on white is 4.48:1, just short of AA.
    expect(contrastRatio('#777777', '#ffffff')).toBeCloseTo(4.48, 2);
  });

  it.each(['light', 'dark'])('of every token pair used in the %s theme meets AA', (theme) => {
    const colours = themeColours(theme);
    const colour = (name: string): string => {
      const value = colours.get(name);
      if (!value) throw new Error(`The ${theme} theme has no --${name}`);
      return value;
    };
    const short = pairs
      .map(([front, back, least]) => ({ front, back, least, ratio: contrastRatio(colour(front), colour(back)) }))
      .filter(({ ratio, least }) => ratio < least)
      .map(({ front, back, ratio }) => `${front} on ${back}: ${ratio.toFixed(2)}`);
    expect(short).toEqual([]);
  });

  it.each(['light', 'dark'])('of text on the strongest colours of a matrix meets AA in the %s theme', (theme) => {
    const colours = themeColours(theme);
    const rgb = (name: string) => rgbOf(colours.get(name) ?? '');
    for (const series of ['series-1', 'series-2']) {
      const mixed = rgb('surface').map((value, i) => Math.round((1 - largestMix) * value + largestMix * rgb(series)[i]));
      const hex = `#${mixed.map((value) => value.toString(16).padStart(2, '0')).join('')}`;
      expect(contrastRatio(colours.get('text') ?? '', hex)).toBeGreaterThanOrEqual(4.5);
    }
    expect(divergingColor(-2, 1)).toContain(`var(--series-2) ${(100 * largestMix).toFixed(1)}%`);
    expect(divergingColor(0, 1)).toContain(' 0.0%');
    expect(divergingColor(null, 1)).toBe('transparent');
  });

  it('both themes name the same tokens', () => {
    expect([...themeColours('dark').keys()]).toEqual([...themeColours('light').keys()]);
  });
});
