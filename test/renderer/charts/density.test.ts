import { expect, test } from 'vitest';
import { pixelMap } from '../../../renderer/charts/points/axis.ts';
import { addPoints, createDensity, opacities, paint, shades } from '../../../renderer/charts/points/density.ts';

const unit = { factor: 1, offset: 0 };

/** The picture as text, a digit a pixel. */
function drawn(width: number, height: number, points: readonly (readonly [number, number])[], dot: number): string[] {
  const density = createDensity(width, height);
  addPoints(density, Float32Array.from(points, ([x]) => x), Float32Array.from(points, ([, y]) => y), unit, unit, dot);
  return Array.from({ length: height }, (_, y) => density.counts.subarray(y * width, (y + 1) * width).join(''));
}

test('a dot of one pixel fills the pixel that its point lies in', () => {
  expect(drawn(4, 3, [[1.2, 0.9], [3, 2]], 1)).toEqual(['0100', '0000', '0001']);
});

test('a dot of two pixels is centred to the nearest pixel edge and overlapping dots add up', () => {
  expect(drawn(4, 3, [[1.5, 1.5], [2.5, 1.5]], 2)).toEqual(['0000', '0121', '0121']);
});

test('dots over the edge are cut, those beyond it leave nothing', () => {
  expect(drawn(3, 3, [[0, 0], [2, 2], [-3, 1], [9, 1], [1, -3], [1, 9]], 3)).toEqual(['110', '121', '011']);
});

test('points that are not finite leave nothing', () => {
  expect(drawn(2, 2, [[NaN, 0], [0, NaN], [-Infinity, 1]], 2)).toEqual(['00', '00']);
});

test('the value axis points up: the low end lies at the bottom', () => {
  const density = createDensity(2, 4);
  addPoints(density, Float32Array.of(0.5, 0.5), Float32Array.of(10, 39), unit, pixelMap({ scale: 'linear', low: 0, high: 40, pixels: 4, flip: true }), 1);
  expect([...density.counts]).toEqual([1, 0, 0, 0, 0, 0, 1, 0]);
});

test('new points are added to a picture without the old ones', () => {
  const density = createDensity(3, 1);
  const x = Float32Array.of(0, 1, 2);
  addPoints(density, x, new Float32Array(3), unit, unit, 1, 2);
  expect([...density.counts]).toEqual([0, 0, 1]);
  addPoints(density, x, new Float32Array(3), unit, unit, 1, 0, Uint32Array.of(1));
  expect([...density.counts]).toEqual([0, 1, 1]);
});

test('counts stop at 255', () => {
  const density = createDensity(1, 1);
  addPoints(density, new Float32Array(300), new Float32Array(300), unit, unit, 1);
  expect(density.counts[0]).toBe(255);
});

test('each further dot covers the same share of what is left', () => {
  // 1 - 0.5^n of 255, rounded.
  expect([...opacities(0.5).subarray(0, 4)]).toEqual([0, 128, 191, 223]);
  expect(opacities(0.5, 0.6)[9]).toBe(153);
});

function painted(styles: readonly { rgb: readonly [number, number, number]; counts: number[] }[], left = 0): number[][] {
  const image = new Uint8ClampedArray(4 * styles[0].counts.length);
  for (const { rgb, counts } of styles) {
    const density = { ...createDensity(counts.length, 1), counts: Uint8Array.from(counts) };
    paint(new Uint32Array(image.buffer), density, shades(rgb, opacities(0.5)), { left, top: 0, right: counts.length, bottom: 1 });
  }
  return styles[0].counts.map((_, i) => [...image.subarray(i * 4, i * 4 + 4)]);
}

test('pixels take the colour with the opacity of their count', () => {
  expect(painted([{ rgb: [10, 20, 30], counts: [0, 1, 2] }])).toEqual([[0, 0, 0, 0], [10, 20, 30, 128], [10, 20, 30, 191]]);
});

test('pixels outside the painted range stay as they are', () => {
  expect(painted([{ rgb: [10, 20, 30], counts: [1, 1] }], 1)).toEqual([[0, 0, 0, 0], [10, 20, 30, 128]]);
});

test('where two series meet half of the pixels take either colour, as opaque as both', () => {
  const counts = Array.from({ length: 20_000 }, () => 1);
  const pixels = painted([{ rgb: [200, 0, 0], counts }, { rgb: [0, 100, 0], counts }]);
  // Two layers of 128 let (127 / 255)^2 through.
  expect(new Set(pixels.map(String))).toEqual(new Set(['200,0,0,192', '0,100,0,192']));
  const upper = pixels.filter(([red]) => red === 0).length / pixels.length;
  // 10,000 grains of two pixels: four standard deviations are 0.02.
  expect(Math.abs(upper - 0.5)).toBeLessThan(0.02);
});
