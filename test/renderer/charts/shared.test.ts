import { expect, test } from 'vitest';
import { neighbour, flameBoxes, changeMs } from '../../../renderer/charts/flame/layout.ts';
import { budgetAfterKey, budgetAt } from '../../../renderer/charts/front/budget.ts';
import { stepPath } from '../../../renderer/charts/front/frontPaths.ts';
import { homeView, axesOf, zoomedView } from '../../../renderer/charts/front/frontView.ts';
import { frontResult, seriesPoints } from '../../../renderer/charts/front/seriesPoints.ts';
import { brushedLines, movedBrush, nextValue } from '../../../renderer/charts/parallel/brushes.ts';
import { placeLabels } from '../../../renderer/charts/shared/labels.ts';
import { minMaxSampled, smoothed, summaryOf } from '../../../renderer/charts/shared/lines.ts';
import { columnCounts } from '../../../renderer/charts/shared/stripColumns.ts';
import { accuracyObjective } from '../../../renderer/format/index.ts';
import { withinBand } from '../../../renderer/charts/shared/withinBand.ts';
import type { FrontSeries } from '../../../renderer/charts/types.ts';

const latencyMs = Float32Array.of(4, 2, 3, 8, 1);
const value = Float64Array.of(0.75, 0.5, 0.25, 1, 0.25);
const series = (count: number): FrontSeries => ({
  id: 'a', name: 'A', source: 's', tone: 1, latencyMs: latencyMs.subarray(0, count), value: value.subarray(0, count),
});

test('columns that grew continue what was known, and others start over', () => {
  const first = seriesPoints(series(2), 'log');
  const grown = seriesPoints(series(5), 'log', first);
  expect(grown.newFrom).toBe(2);
  expect({ ...grown, newFrom: 0 }).toEqual({ ...seriesPoints(series(5), 'log') });
  const changed = { ...series(5), latencyMs: Float32Array.of(9, 9, 9, 9, 9) };
  expect(seriesPoints(changed, 'log', grown).newFrom).toBe(0);
});

test('a budget cuts the front and its hypervolume', () => {
  const points = seriesPoints(series(5), 'linear');
  expect(frontResult(points, null, null)).toEqual({ id: 'a', rows: Uint32Array.of(4, 1, 0, 3), hypervolume: null });
  // Rectangles up to (5 ms, 0): 1 ms of 0.25, 2 ms of 0.5 and 1 ms of 0.75.
  expect(frontResult(points, 5, { latencyMs: 5, value: 0 })).toEqual({ id: 'a', rows: Uint32Array.of(4, 1, 0), hypervolume: 2 });
});

test('a front is drawn level, then up, and on to the budget', () => {
  expect(stepPath([[10, 80], [20, 50]], 30)).toBe('M10 80H20V50H30');
  expect(stepPath([], 30)).toBe('');
});

test('the home view holds all points and landmarks, and zooming out of it returns to it', () => {
  const home = homeView([seriesPoints(series(5), 'linear')], { latencyMs: [12], value: [0.1] }, 'linear', accuracyObjective);
  expect(home.latencyMs[0]).toBeLessThan(1);
  expect(home.latencyMs[1]).toBeGreaterThan(12);
  expect(home.value[0]).toBeLessThan(0.1);
  const axes = axesOf(home, 'linear', 200, 100);
  expect(zoomedView(axes, 100, 50, 1.2, home)).toBeNull();
  expect(zoomedView(axes, 0, 50, 0.5, home)?.latencyMs[0]).toBeCloseTo(home.latencyMs[0], 9);
});

test('a dragged budget is a round number that keys move in both directions', () => {
  const axis = { scale: 'linear', low: 0, high: 50, pixels: 500 } as const;
  expect(budgetAt(axis, 151)).toBe(15.1);
  expect(budgetAt(axis, 9999)).toBe(50);
  expect(budgetAfterKey(axis, 15, 'ArrowRight', false)).toBe(15.2);
  expect(budgetAfterKey(axis, 15, 'ArrowLeft', true)).toBe(13);
  expect(budgetAfterKey(axis, 15, 'Tab', false)).toBeNull();
});

test('labels never lie over each other or outside', () => {
  const area = { width: 100, height: 40 };
  const box = (x: number, y: number) => ({ x, y, width: 40, height: 12 });
  expect(placeLabels([box(10, 20), box(90, 20)], area)).toEqual([{ x: 17, y: 20 }, null]);
  expect(placeLabels([box(90, 20)], area)).toEqual([{ x: 43, y: 20 }]);
});

test('sampling keeps every spike of a long line', () => {
  const y = new Float32Array(10_000);
  y[7777] = 9;
  const sampled = minMaxSampled(y.map((_, i) => i), y, 100);
  expect(sampled.length).toBeLessThanOrEqual(200);
  expect(sampled).toContainEqual([7777, 9]);
});

test('values that a log axis cannot show are left out, in short series and in long ones', () => {
  expect(minMaxSampled([0, 1, 2], [2, 0, -1], 100, 0)).toEqual([[0, 2], [1, NaN], [2, NaN]]);
  const long = Float64Array.from({ length: 1000 }, (_, i) => (i < 500 ? 0 : i % 2 === 0 ? i : -i));
  const values = minMaxSampled(long.map((_, i) => i), long, 10, 0).map(([, value]) => value);
  expect(values.slice(0, 5)).toEqual([NaN, NaN, NaN, NaN, NaN]);
  expect(Math.min(...values.slice(5))).toBe(500);
});

test('smoothing does not pull the first values to 0 and passes over gaps', () => {
  expect([...smoothed([3, 3, NaN, 3], 0.9)].map((value) => Math.round(value * 1e9) / 1e9)).toEqual([3, 3, NaN, 3]);
  // (0.5 * 1 * 0.5 + 0.5 * 4) / 0.75
  expect(smoothed([1, 4], 0.5)[1]).toBeCloseTo(3, 9);
});

test('lines are summed up in words by their finite values alone', () => {
  expect(summaryOf([NaN, 2, -1, 4, Infinity, 3])).toEqual({ count: 4, first: 2, last: 3, least: -1, most: 4 });
  expect(summaryOf([NaN]).count).toBe(0);
});

test('brushes keep the lines within all of them, and one over the whole axis is none', () => {
  const dimensions = [
    { name: 'depth', title: 'Depth', values: [1, 2, 3], column: Float32Array.of(1, 2, 3, NaN) },
    { name: 'width', title: 'Width', values: [], column: Float32Array.of(8, 16, 24, 16) },
  ];
  expect([...brushedLines(dimensions, [], 4)]).toEqual([0, 1, 2, 3]);
  expect([...brushedLines(dimensions, [{ name: 'depth', range: [2, 3] }, { name: 'width', range: [0, 20] }], 4)]).toEqual([1]);
  expect(movedBrush([{ name: 'depth', range: [2, 3] }], 'depth', [1, 3], [0, 4])).toEqual([]);
  expect(nextValue(dimensions[0], 2, 1)).toBe(3);
  expect(nextValue(dimensions[0], 1, -1)).toBe(1);
});

test('a flame lays children side by side under their parent, and keys follow its shape', () => {
  const root = { id: 'n', name: 'N', latencyMs: 5, children: [{ id: 'a', name: 'A', latencyMs: 2 }, { id: 'b', name: 'B', latencyMs: 3, otherLatencyMs: 2.5 }] };
  const boxes = flameBoxes(root);
  expect(boxes.map(({ node, depth, startMs }) => [node.id, depth, startMs])).toEqual([['n', 0, 0], ['a', 1, 0], ['b', 1, 2]]);
  expect(['ArrowDown', 'ArrowUp'].map((key) => neighbour(boxes, 'n', key))).toEqual(['a', null]);
  expect(['ArrowRight', 'ArrowUp', 'End'].map((key) => neighbour(boxes, 'a', key))).toEqual(['b', 'n', 'b']);
  expect(boxes.map(({ node }) => changeMs(node))).toEqual([undefined, undefined, 0.5]);
});

test('a strip counts each part of the steps by bucket', () => {
  expect(columnCounts([0, 0, 1, NaN, 2, 1], 3, 2)).toEqual([[2, 1, 0], [0, 1, 1]]);
});

test('the share within the band counts both sides and its border', () => {
  expect(withinBand([10, 10, 10, 10], [11, 9, 11.5, 8], 0.1)).toBe(0.5);
});
