import { expect, test } from 'vitest';
import { linePath, nearestLine } from '../../../renderer/charts/parallel/lines.ts';

// Three lines over axes at 0, 100 and 200: level at 10, rising from 0 to 100, and one that is not known at the last axis.
const axes = [[10, 0, 50], [10, 100, 50], [10, 100, NaN]].map((column, i) => ({ x: i * 100, column, zero: 0, slope: 1 }));
const lines = [0, 1, 2];

test('the line under the pointer is the one nearest above or below it', () => {
  expect(nearestLine(axes, lines, 75, 72, 8)).toBe(1);
  expect(nearestLine(axes, lines, 75, 12, 8)).toBe(0);
  expect(nearestLine(axes, lines, 0, 51, 8)).toBe(2);
  expect(nearestLine(axes, [0, 2], 75, 72, 8)).toBe(-1);
});

test('beside the axes and where a line is not known there is none', () => {
  expect(nearestLine(axes, lines, -1, 10, 8)).toBe(-1);
  expect(nearestLine(axes, lines, 201, 10, 8)).toBe(-1);
  expect(nearestLine(axes, lines, 150, 50, 8)).toBe(-1);
});

test('a line is drawn from axis to axis with gaps where values are not known', () => {
  expect(linePath([[0, 1], [10, 2], [20, NaN], [30, 4]])).toBe('M0 1L10 2M30 4');
});
