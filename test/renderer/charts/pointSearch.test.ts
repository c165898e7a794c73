import { expect, test } from 'vitest';
import { Random } from '../../../core/base/random.ts';
import { extent, isInside, nearestRow, rowsInPolygon, rowsInRange } from '../../../renderer/charts/points/pointSearch.ts';

/** A cloud with a far outlier and points that are not known, as searches leave them. */
function cloud(count: number, seed: number) {
  const random = new Random(seed);
  const x = Float32Array.from({ length: count }, () => 5 + 40 * random.uniform() ** 2);
  const y = Float32Array.from({ length: count }, () => random.uniform() * 0.6 + 0.1);
  x[3] = NaN;
  y[4] = -Infinity;
  x[5] = 900;
  return { x, y };
}

test('the nearest point is the one that comparing with every point gives', () => {
  const { x, y } = cloud(4000, 1);
  const random = new Random(2);
  let hits = 0;
  for (let trial = 0; trial < 300; trial += 1) {
    const [px, py, sx, sy] = [random.uniform() * 50, random.uniform() * 0.8, 4 + 60 * random.uniform(), -(300 + 5000 * random.uniform())];
    let row = -1;
    let best = 24 * 24;
    for (let i = 0; i < x.length; i += 1) {
      const distance2 = ((x[i] - px) * sx) ** 2 + ((y[i] - py) * sy) ** 2;
      if (distance2 < best) [row, best] = [i, distance2];
    }
    const found = nearestRow(x, y, px, py, sx, sy, 24);
    expect(found?.row ?? -1).toBe(row);
    hits += row >= 0 ? 1 : 0;
  }
  expect(hits).toBeGreaterThan(100);
});

test('a rectangle holds the rows that comparing with every point gives, borders included', () => {
  const { x, y } = cloud(4000, 3);
  for (const [x0, x1, y0, y1] of [[10, 20, 0.2, 0.5], [x[7], x[8], y[7], y[8]], [-9, 999, -9, 9], [60, 70, 0, 1]]) {
    const inside = (value: number, a: number, b: number): boolean => value >= Math.min(a, b) && value <= Math.max(a, b);
    const expected = [...x.keys()].filter((row) => inside(x[row], x0, x1) && inside(y[row], y0, y1));
    expect([...rowsInRange(x, y, [x0, x1], [y0, y1])]).toEqual(expected);
  }
});

test('a triangle holds the rows whose barycentric coordinates are positive', () => {
  const { x, y } = cloud(4000, 4);
  const [a, b, c] = [[8, 0.15], [40, 0.3], [15, 0.65]];
  const side = (p: number[], q: number[], row: number): number => (q[0] - p[0]) * (y[row] - p[1]) - (q[1] - p[1]) * (x[row] - p[0]);
  const expected = [...x.keys()].filter((row) => side(a, b, row) > 0 && side(b, c, row) > 0 && side(c, a, row) > 0);
  expect(expected.length).toBeGreaterThan(100);
  expect([...rowsInPolygon(x, y, [a[0], b[0], c[0]], [a[1], b[1], c[1]])]).toEqual(expected);
});

test('a lasso that crosses itself leaves its doubly enclosed part out, and one without area selects nothing', () => {
  // A five-pointed star drawn in one line: its middle is enclosed twice.
  const corners = Array.from({ length: 5 }, (_, i) => (i * 4 * Math.PI) / 5);
  const [xs, ys] = [corners.map(Math.sin), corners.map(Math.cos)];
  expect(isInside(xs, ys, 0, 0)).toBe(false);
  expect(isInside(xs, ys, 0, 0.6)).toBe(true);
  expect([...rowsInPolygon(Float32Array.of(0), Float32Array.of(0), [0, 1], [0, 1])]).toEqual([]);
});

test('among no points nothing is near, and among equal points the first', () => {
  expect(nearestRow(new Float32Array(), new Float32Array(), 0, 0, 1, 1, 24)).toBeNull();
  expect(nearestRow(Float32Array.of(2, 2), Float32Array.of(3, 3), 2.5, 3, 1, 1, 24)).toEqual({ row: 0, distance2: 0.25 });
});

test('the extent leaves out what is not finite', () => {
  expect(extent([NaN, 3, -Infinity, 1, Infinity, 2])).toEqual([1, 3]);
  expect(extent([NaN])).toEqual([Infinity, -Infinity]);
  expect(extent([9, 3, 4], 1)).toEqual([3, 4]);
});
