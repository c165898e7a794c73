import { describe, expect, it } from 'vitest';
import sharp from 'sharp';
import { niceRange } from '../../core/study/frontsLayout.ts';
import { frontsPng, frontsSvg, pictureOf } from '../../core/study/frontsPicture.ts';
import type { FrontsPanel } from '../../core/study/frontsPicture.ts';
import { evaluatedPoints, searchResult } from '../../core/search/result.ts';
import { runToySearch, toyProblem } from '../search/toySpace.ts';

const point = (latencyMs: number, value: number, name?: string) =>
  ({ latencyMs, value, lowMs: latencyMs * 0.9, highMs: latencyMs * 1.1, name });
const panel: FrontsPanel = {
  device: 'pixel4',
  front: [point(5, 0.5, 'min'), point(10, 0.6), point(20, 0.7)],
  evaluated: [{ latencyMs: 12, value: 0.4 }, { latencyMs: 60, value: 0.72 }],
  maxMs: 25,
};
const baseline = { label: 'linear classifier', accuracy: 0.31 };
/** The texts of an SVG, in the order of drawing. */
const texts = (svg: string) => [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text]) => text);

describe('the picture of the fronts', () => {
  it('names devices, axes with units, budget, baseline and published networks', () => {
    const words = texts(frontsSvg({ panels: [panel, { ...panel, device: 'pixel6' }], title: 'A study', baseline }));
    expect(words).toEqual(expect.arrayContaining([
      'A study', 'pixel4', 'pixel6', 'min', 'Predicted latency (ms)', 'Top-1 accuracy (%)', 'Pareto front',
      'latency interval', 'evaluated', 'budget', 'linear classifier (31.0 %)',
    ]));
    expect(words.filter((word) => word === 'Top-1 accuracy (%)')).toHaveLength(1);
  });

  it('draws what was measured and what of it is doubtful apart, and names only what there is', () => {
    const [low, , high] = panel.front;
    const measured = (...doubts: boolean[]) => frontsSvg({ panels: [{ device: 'pixel4', front: [low, high].map((each, i) => ({ ...each, measuredMs: 1.1 * each.latencyMs, isDoubtful: doubts[i] })) }] });
    expect(texts(measured(false, false))).toContain('measured');
    expect(texts(measured(false, false))).not.toContain('measured, doubtful');
    expect(measured(false, false)).not.toMatch(/<path [^>]*fill="none"[^>]*stroke-dasharray="2,2"/);
    expect(texts(measured(false, true))).toEqual(expect.arrayContaining(['measured', 'measured, doubtful']));
    expect(measured(false, true)).toMatch(/<path [^>]*stroke-dasharray="2,2"/);
  });

  it('has an axis of the score where there are no accuracies, with the better numbers on top', () => {
    const ntk = { id: 'ntk', title: 'NTK', kind: 'score', direction: 'lower' } as const;
    const svg = frontsSvg({ objective: ntk, panels: [{ device: 'pixel4', front: [point(5, -4000), point(10, -300)] }] });
    const words = texts(svg);
    expect(words).toContain('NTK');
    expect(words).not.toContain('Top-1 accuracy (%)');
    const y = (label: string) => Number(new RegExp(`<text[^>]*translate\\([\\d.]+ ([\\d.]+)\\)[^>]*>${label}</text>`).exec(svg)?.[1]);
    expect(y('1,000')).toBeLessThan(y('4,000'));
  });

  it('tells intervals in words that would squeeze the networks, and lets the axis begin where these do', () => {
    const wide = (latencyMs: number, value: number) => ({ latencyMs, value, lowMs: latencyMs / 3, highMs: 3 * latencyMs });
    const words = texts(frontsSvg({ panels: [{ device: 'pixel4', front: [wide(66, 0.5), wide(78, 0.6)], note: '2 on the front' }] }));
    expect(words).toContain('2 on the front; intervals 22 to 230 ms');
    expect(words).not.toContain('latency interval');
    expect(words).toEqual(expect.arrayContaining(['65', '80']));
    expect(words).not.toContain('0');
    expect(words).not.toContain('250');
  });

  it('leaves out what there is nothing to say about', () => {
    const words = texts(frontsSvg({ panels: [{ device: 'pixel4', front: panel.front }] }));
    expect(words).not.toContain('budget');
    expect(words).not.toContain('evaluated');
    expect(words.join()).not.toContain('linear');
  });

  it('draws the front as a staircase: level to the next latency, then upright', () => {
    const svg = frontsSvg({ panels: [panel] });
    // 500 x 260 pixels from (66, 58); latency from 0 to 30 ms and accuracy from 35 to 75 %: what the axes say.
    const words = texts(svg);
    expect(words).toEqual(expect.arrayContaining(['0', '30', '35', '75']));
    const x = (latencyMs: number) => 66 + 500 * latencyMs / 30;
    const y = (percent: number) => 58 + 260 * (75 - percent) / 40;
    const corners = [[5, 50], [10, 50], [10, 60], [20, 60], [20, 70]]
      .map(([latencyMs, percent]) => [x(latencyMs), y(percent)]);
    const paths = [...svg.matchAll(/<path d="(M[^"]*)"[^>]*stroke="#0072B2"/g)].map(([, d]) =>
      d.split(/[ML]/).filter(Boolean).map((pair) => pair.trim().split(/[ ,]+/).map(Number)));
    const staircase = paths.find((path) => path.length === corners.length);
    expect(staircase).toBeDefined();
    for (const [i, corner] of corners.entries()) {
      expect(staircase?.[i][0]).toBeCloseTo(corner[0], 1);
      expect(staircase?.[i][1]).toBeCloseTo(corner[1], 1);
    }
  });

  it('marks of a dense front only what can be told apart, and everything with a name', () => {
    const front = Array.from({ length: 1000 }, (_, i) =>
      point(5 + i / 100, 0.5 + i / 5000, i === 501 ? 'S1' : undefined));
    const svg = frontsSvg({ panels: [{ device: 'pixel4', front }] });
    const marks = svg.match(/stroke="#ffffff"/g)?.length ?? 0;
    expect(marks).toBeGreaterThan(30);
    expect(marks).toBeLessThan(100);
    expect(texts(svg)).toContain('S1');
  });

  it('is the same text for the same input', () => {
    expect(frontsSvg({ panels: [panel], baseline })).toBe(frontsSvg({ panels: [panel], baseline }));
  });

  it('becomes a PNG of twice its size with a white ground and the front in its colour', async () => {
    const svg = frontsSvg({ panels: [panel] });
    const [, width, height] = /width="(\d+)" height="(\d+)"/.exec(svg) ?? [];
    const { data, info } = await sharp(await frontsPng(svg)).removeAlpha().raw().toBuffer({ resolveWithObject: true });
    expect([info.width, info.height]).toEqual([2 * Number(width), 2 * Number(height)]);
    expect([...data.subarray(0, 3)]).toEqual([255, 255, 255]);
    const isBlue = (at: number) => data[at] === 0x00 && data[at + 1] === 0x72 && data[at + 2] === 0xb2;
    const blue = Array.from({ length: data.length / 3 }, (_, i) => 3 * i).filter(isBlue).length;
    // At least the staircase's 250 + 100 pixels of length, two wide, each four in the PNG.
    expect(blue).toBeGreaterThan(2000);
  });

  it('stays small with ten thousand evaluated architectures', () => {
    const evaluated = Array.from({ length: 10_000 }, (_, i) =>
      ({ latencyMs: 1 + (i * 7919) % 24_000 / 1000, value: 0.3 + (i * 104_729) % 4000 / 10_000 }));
    expect(frontsSvg({ panels: [{ ...panel, evaluated }] }).length).toBeLessThan(400_000);
  });

  it('manages one point, an empty front and many devices', () => {
    expect(texts(frontsSvg({ panels: [{ device: 'one', front: [point(3, 0.5)] }] }))).toContain('one');
    expect(texts(frontsSvg({ panels: [{ device: 'none', front: [], maxMs: 10 }] }))).toContain('none');
    const many = ['a1', 'a2', 'a3', 'a4', 'a5', 'a6', 'a7'].map((device) => ({ ...panel, device }));
    expect(texts(frontsSvg({ panels: many })).filter((word) => /^a\d$/.test(word))).toHaveLength(7);
    expect(() => frontsSvg({ panels: [] })).toThrow(/at least one device/);
  });

  it('writes names with special characters so that the file stays well formed', async () => {
    const svg = frontsSvg({ panels: [{ ...panel, device: 'Tom & "Jerry" <3' }], title: 'a < b', baseline });
    expect(svg).toContain('Tom &amp; &quot;Jerry&quot; &lt;3');
    await expect(frontsPng(svg)).resolves.toBeInstanceOf(Buffer);
  });

  it('follows from the result of a search', () => {
    const problem = toyProblem([{ name: 'left', maxMs: 60 }, { name: 'right' }]);
    const state = runToySearch(problem, {}, 1);
    const result = searchResult(problem, state);
    const picture = pictureOf(result, [0, 1].map((device) => evaluatedPoints(state, device)), { title: 'Toys' });
    expect(picture.panels.map(({ device, maxMs }) => [device, maxMs])).toEqual([['left', 60], ['right', undefined]]);
    expect(picture.panels[0].front).toEqual(result.devices[0].front);
    expect(texts(frontsSvg(picture))).toContain(
      `${result.devices[0].front.length} on the front, hypervolume ${result.devices[0].normalizedHypervolume.toFixed(3)}`);
  });
});

describe('niceRange', () => {
  it('widens to round steps, as little as five to nine of them allow', () => {
    expect(niceRange(0, 164)).toEqual({ min: 0, max: 175, step: 25 });
    expect(niceRange(0, 90)).toEqual({ min: 0, max: 90, step: 10 });
    expect(niceRange(63, 74)).toEqual({ min: 62, max: 74, step: 2 });
    expect(niceRange(0, 2.3)).toEqual({ min: 0, max: 2.5, step: 0.5 });
  });

  it('manages a single value', () => {
    const { min, max } = niceRange(5, 5);
    expect(min).toBeLessThanOrEqual(5);
    expect(max).toBeGreaterThanOrEqual(5);
  });
});
