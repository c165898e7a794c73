import { expect, test } from 'vitest';
import { clampedRange, fromPixel, panned, positions, toPixel, zoomed } from '../../../renderer/charts/points/axis.ts';
import { roundStep, tickLabels, ticks } from '../../../renderer/charts/points/ticks.ts';
import type { Axis } from '../../../renderer/charts/points/axis.ts';

const linear: Axis = { scale: 'linear', low: 10, high: 30, pixels: 200 };
const log: Axis = { scale: 'log', low: 1, high: 100, pixels: 200 };
const up: Axis = { scale: 'linear', low: 0, high: 1, pixels: 100, flip: true };

test('values become pixels and pixels become values, on linear and log axes and upside down', () => {
  expect(toPixel(linear, 15)).toBeCloseTo(50, 9);
  expect(toPixel(log, 10)).toBeCloseTo(100, 9);
  expect(toPixel(up, 0.75)).toBeCloseTo(25, 9);
  for (const axis of [linear, log, up]) expect(toPixel(axis, fromPixel(axis, 37))).toBeCloseTo(37, 9);
});

test('a drag moves the range against the pointer', () => {
  expect(panned(linear, 50)[0]).toBeCloseTo(5, 9);
  expect(panned(linear, 50)[1]).toBeCloseTo(25, 9);
  const [low, high] = panned(log, -100);
  expect(low).toBeCloseTo(10, 6);
  expect(high).toBeCloseTo(1000, 6);
  expect(panned(up, 10)[0]).toBeCloseTo(0.1, 9);
});

test('zooming keeps the value under the pointer where it is', () => {
  for (const axis of [linear, log, up]) {
    const value = fromPixel(axis, 60);
    const [low, high] = zoomed(axis, 60, 0.5);
    expect(toPixel({ ...axis, low, high }, value)).toBeCloseTo(60, 6);
  }
  expect(zoomed(linear, 0, 0.5)).toEqual([10, 20]);
});

test('a range is shifted into its bounds and cut only where it is wider', () => {
  expect(clampedRange('linear', [-5, 5], [0, 20])).toEqual([0, 10]);
  expect(clampedRange('linear', [15, 25], [0, 20])).toEqual([10, 20]);
  expect(clampedRange('linear', [-5, 25], [0, 20])).toEqual([0, 20]);
  const [low, high] = clampedRange('log', [0.1, 1], [1, 100]);
  expect(low).toBeCloseTo(1, 9);
  expect(high).toBeCloseTo(10, 9);
});

test('logarithms are computed once, and only for new rows', () => {
  const known = positions('log', Float32Array.of(1, 10));
  expect([...positions('log', Float32Array.of(9, 9, 1000), 2, known)]).toEqual([0, 1, 3]);
});

test('linear ticks are multiples of 1, 2 or 5 times a power of ten within the range', () => {
  expect(ticks('linear', 0, 100, 400)).toEqual([0, 20, 40, 60, 80, 100]);
  expect(ticks('linear', 0.12, 0.41, 400)).toEqual([0.15, 0.2, 0.25, 0.3, 0.35, 0.4]);
  expect([0.021, 0.3, 5, 51].map(roundStep)).toEqual([0.05, 0.5, 5, 100]);
});

test('log ticks keep to 1, 2, 5 where there is room and to whole decades where there is not', () => {
  expect(ticks('log', 1, 100, 500)).toEqual([1, 2, 5, 10, 20, 50, 100]);
  expect(ticks('log', 1, 10000, 200)).toEqual([1, 10, 100, 1000, 10000]);
  expect(ticks('log', 20, 60, 300)).toEqual([20, 30, 40, 50, 60]);
});

test('tick labels share their number of decimals unless they span decades', () => {
  expect(tickLabels([0, 0.5, 1])).toEqual(['0.0', '0.5', '1.0']);
  expect(tickLabels([0.1, 1, 10, 100])).toEqual(['0.1', '1', '10', '100']);
});
