import { beforeAll, expect, test, vi } from 'vitest';
import { Random } from '../../../core/base/random.ts';
import { PointPicture } from '../../../renderer/charts/front/pointPicture.ts';
import { seriesPoints } from '../../../renderer/charts/front/seriesPoints.ts';
import type { SeriesPoints } from '../../../renderer/charts/front/seriesPoints.ts';

// Node has no ImageData; the picture needs no more of it than its bytes.
beforeAll(() => {
  vi.stubGlobal('ImageData', class {
    readonly width: number;
    readonly height: number;
    readonly data: Uint8ClampedArray;
    constructor(width: number, height: number) {
      [this.width, this.height, this.data] = [width, height, new Uint8ClampedArray(4 * width * height)];
    }
  });
});

const random = new Random(5);
const total = 3000;
const latencyMs = Float32Array.from({ length: total }, (_, row) => (row === 2950 ? NaN : 10 * random.uniform()));
const value = Float64Array.from({ length: total }, () => random.uniform());
const view = {
  x: { scale: 'linear', low: 1, high: 9, pixels: 80 }, y: { scale: 'linear', low: 0.1, high: 0.9, pixels: 50, flip: true }, resolution: 1, dot: 2.2,
} as const;

function points(id: string, tone: number, count: number, before?: SeriesPoints): SeriesPoints {
  return seriesPoints({ id, name: id, source: id, tone, latencyMs: latencyMs.subarray(0, count), value: value.subarray(0, count) }, 'linear', before);
}

test('painting only around new points gives the picture that painting everything gives', () => {
  const other = { points: points('b', 2, 700), color: '#c85400' };
  const first = points('a', 1, 2900);
  const live = new PointPicture();
  live.draw([{ points: first, color: '#0072b2' }, other], view);
  const grown = points('a', 1, total, first);
  const { image, changed } = live.draw([{ points: grown, color: '#0072b2' }, other], view);
  expect(changed.length).toBeGreaterThan(50);
  expect(changed.length).toBeLessThanOrEqual(100);
  const anew = new PointPicture().draw([{ points: points('a', 1, total), color: '#0072b2' }, other], view);
  expect(anew.changed).toEqual([{ left: 0, top: 0, right: 80, bottom: 50 }]);
  expect(image.data).toEqual(anew.image.data);
});

test('another colour, view or order of series paints everything, and nothing new paints nothing', () => {
  const picture = new PointPicture();
  const layer = { points: points('a', 1, 500), color: '#0072b2' };
  const whole = [{ left: 0, top: 0, right: 80, bottom: 50 }];
  expect(picture.draw([layer], view).changed).toEqual(whole);
  expect(picture.draw([layer], view).changed).toEqual([]);
  expect(picture.draw([{ ...layer, color: '#56b4e9' }], view).changed).toEqual(whole);
  expect(picture.draw([layer], { ...view, x: { ...view.x, high: 8 } }).changed).toEqual(whole);
});

test('a moved budget of one series paints only the columns it passed over, and as painting everything does', () => {
  const other = { points: points('b', 2, 700), color: '#c85400', fadeFromMs: 7 };
  const layer = { points: points('a', 1, 2900), color: '#0072b2' };
  const live = new PointPicture();
  live.draw([{ ...layer, fadeFromMs: 5 }, other], view);
  const { image, changed } = live.draw([{ ...layer, fadeFromMs: 3 }, other], view);
  // 80 pixels show 1 ms to 9 ms: 3 ms lies at 20, 5 ms at 40.
  expect(changed).toEqual([{ left: 20, top: 0, right: 40, bottom: 50 }]);
  expect(image.data).toEqual(new PointPicture().draw([{ ...layer, fadeFromMs: 3 }, other], view).image.data);
});

test('points beyond the budget of their series fade, and those of other series stay', () => {
  const alphaSum = (fadeFromMs: number | null, left: number, right: number): number => {
    const { data } = new PointPicture().draw([{ points: points('a', 1, 300), color: '#0072b2', fadeFromMs }], view).image;
    return Array.from(data).filter((_, i) => i % 4 === 3 && ((i - 3) / 4) % 80 >= left && ((i - 3) / 4) % 80 < right).reduce((sum, alpha) => sum + alpha, 0);
  };
  expect(alphaSum(5, 0, 40)).toBe(alphaSum(null, 0, 40));
  expect(alphaSum(5, 40, 80) / alphaSum(null, 40, 80)).toBeCloseTo(0.32, 1);
  expect(alphaSum(0.5, 0, 80)).toBe(alphaSum(1, 0, 80));
  expect(alphaSum(99, 0, 80)).toBe(alphaSum(null, 0, 80));
});
