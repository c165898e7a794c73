import { describe, expect, it } from 'vitest';
import { Random } from '../../core/base/random.ts';
import {
  defaultReferencePoint, hypervolume, igdPlus, normalizedHypervolume,
} from '../../core/search/indicators.ts';
import type { ParetoPoint } from '../../core/search/pareto.ts';

const point = (latencyMs: number, value: number): ParetoPoint => ({ latencyMs, value });

/** ZDT1's front f2 = 1 - sqrt(f1) with f1 as latency and 1 - f2 as accuracy: accuracy = sqrt(latency) on [0, 1]. */
const zdt1 = (count: number) => Array.from({ length: count }, (_, i) => {
  const latencyMs = i / (count - 1);
  return point(latencyMs, Math.sqrt(latencyMs));
});

describe('hypervolume', () => {
  it('is the area of a rectangle for one point and of a staircase for several', () => {
    const reference = point(10, 0.1);
    expect(hypervolume([point(4, 0.6)], reference)).toBeCloseTo(6 * 0.5, 12);
    // (5 - 2) x 0.2 + (10 - 5) x 0.5
    expect(hypervolume([point(2, 0.3), point(5, 0.6)], reference)).toBeCloseTo(3.1, 12);
  });

  it('approaches two thirds on the ZDT1 front, the integral of the square root', () => {
    // The staircase lies under the curve by at most one step times the total rise, 1/(n - 1).
    for (const count of [11, 101, 1001]) {
      const value = hypervolume(zdt1(count), point(1, 0));
      expect(value).toBeLessThan(2 / 3);
      expect(value).toBeGreaterThan(2 / 3 - 1 / (count - 1));
    }
  });

  it('equals the exact staircase sum on the ZDT1 front', () => {
    const count = 50;
    const steps = count - 1;
    const sum = Array.from({ length: steps }, (_, i) => Math.sqrt(i / steps) / steps).reduce((a, b) => a + b, 0);
    expect(hypervolume(zdt1(count), point(1, 0))).toBeCloseTo(sum, 12);
  });

  it('ignores points that are not better than the reference in both objectives', () => {
    const reference = point(10, 0.5);
    expect(hypervolume([point(10, 0.9), point(12, 0.9), point(1, 0.5), point(1, 0.2)], reference)).toBe(0);
    expect(hypervolume([point(12, 0.9), point(8, 0.7)], reference)).toBeCloseTo(0.4, 12);
    expect(hypervolume([], reference)).toBe(0);
  });

  it('agrees with counting cells of a grid', () => {
    const random = new Random('cells');
    for (let round = 0; round < 50; round++) {
      const points = Array.from({ length: 15 }, () => point(random.integer(12), random.integer(12)));
      let cells = 0;
      for (let x = 0; x < 10; x++) {
        for (let y = 1; y < 14; y++) {
          if (points.some(({ latencyMs, value }) => latencyMs <= x && value >= y + 1)) cells++;
        }
      }
      expect(hypervolume(points, point(10, 1))).toBeCloseTo(cells, 9);
    }
  });

  it('does not change with order, repetitions and dominated points, shifts with the data, and scales with the units', () => {
    const random = new Random('invariant');
    const points = Array.from({ length: 40 }, () => point(1 + 8 * random.uniform(), random.uniform()));
    const reference = point(10, 0.1);
    const value = hypervolume(points, reference);
    expect(hypervolume(random.shuffled([...points, ...points]), reference)).toBeCloseTo(value, 12);
    const worse = points.map(({ latencyMs, value }) => point(latencyMs + 0.1, value - 0.01));
    expect(hypervolume([...points, ...worse], reference)).toBeCloseTo(value, 12);
    const moved = points.map(({ latencyMs, value }) => point(latencyMs + 3, value + 0.2));
    expect(hypervolume(moved, point(13, 0.3))).toBeCloseTo(value, 10);
    const scaled = points.map(({ latencyMs, value }) => point(latencyMs * 1000, value * 100));
    expect(hypervolume(scaled, point(10_000, 10)) / 1e5).toBeCloseTo(value, 10);
  });

  it('never falls when a point is added, and rises when the point is not dominated', () => {
    const random = new Random('monotone');
    const reference = point(1, 0);
    const points: ParetoPoint[] = [];
    for (let i = 0; i < 100; i++) {
      const next = point(random.uniform(), random.uniform());
      const before = hypervolume(points, reference);
      const dominated = points.some((one) => one.latencyMs <= next.latencyMs && one.value >= next.value);
      points.push(next);
      const after = hypervolume(points, reference);
      if (dominated) expect(after).toBeCloseTo(before, 12);
      else expect(after).toBeGreaterThan(before);
    }
  });
});

describe('normalizedHypervolume', () => {
  it('is 1 for a perfect network in no time, 0 without points, and free of the latency unit', () => {
    expect(normalizedHypervolume([point(0, 1)], point(40, 0.1))).toBeCloseTo(1, 12);
    expect(normalizedHypervolume([], point(40, 0.1))).toBe(0);
    expect(normalizedHypervolume([point(10, 0.55)], point(40, 0.1))).toBeCloseTo(0.75 * 0.5, 12);
    expect(normalizedHypervolume([point(0.010, 0.55)], point(0.040, 0.1))).toBeCloseTo(0.75 * 0.5, 12);
  });
});

describe('defaultReferencePoint', () => {
  it('is the budget, or the largest architecture, at the reference value', () => {
    expect(defaultReferencePoint({ maxMs: 20 }, 300, 0.1)).toEqual(point(20, 0.1));
    expect(defaultReferencePoint({}, 300, -7)).toEqual(point(300, -7));
  });
});

describe('igdPlus', () => {
  const scale = point(1, 1);

  it('is 0 for the reference front itself and for anything that dominates it', () => {
    expect(igdPlus(zdt1(20), zdt1(20), scale)).toBe(0);
    expect(igdPlus([point(0, 1)], zdt1(20), scale)).toBe(0);
  });

  it('measures only what is worse, in scaled units', () => {
    // From (2, 0.6) to (1, 0.5): 1 ms slower, more accurate: 1 / 4. To (3, 0.9): faster, 0.3 short: 0.3 / 0.5.
    expect(igdPlus([point(2, 0.6)], [point(1, 0.5), point(3, 0.9)], point(4, 0.5))).toBeCloseTo((0.25 + 0.6) / 2, 12);
  });

  it('falls as a front is approached', () => {
    const shifted = (by: number) => zdt1(50).map(({ latencyMs, value }) => point(latencyMs + by, value - by));
    const values = [0.2, 0.1, 0.05, 0].map((by) => igdPlus(shifted(by), zdt1(50), scale));
    expect(values).toEqual([...values].sort((a, b) => b - a));
    expect(values[3]).toBe(0);
  });

  it('needs points on both sides', () => {
    expect(() => igdPlus([], zdt1(3), scale)).toThrow(RangeError);
    expect(() => igdPlus(zdt1(3), [], scale)).toThrow(RangeError);
  });
});
