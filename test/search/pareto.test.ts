import { describe, expect, it } from 'vitest';
import { Random } from '../../core/base/random.ts';
import { dominates, exclusiveAreas, paretoFront, paretoRanks } from '../../core/search/pareto.ts';
import type { ParetoPoint } from '../../core/search/pareto.ts';
import { hypervolume } from '../../core/search/indicators.ts';

const point = (latencyMs: number, value: number): ParetoPoint => ({ latencyMs, value });

/** Coordinates from small grids, so that ties of every kind are frequent. */
function randomPoints(random: Random, count: number, grid: number): ParetoPoint[] {
  return Array.from({ length: count }, () => point(random.integer(grid), random.integer(grid) / grid));
}

/** The definition, in O(n^2): not dominated, and not a repetition of an earlier point. */
function frontByDefinition(points: readonly ParetoPoint[]): ParetoPoint[] {
  return points
    .filter((one, i) => !points.some((other) => dominates(other, one)) && !points.slice(0, i).some((earlier) =>
      earlier.latencyMs === one.latencyMs && earlier.value === one.value))
    .sort((a, b) => a.latencyMs - b.latencyMs);
}

/** Peels front after front off by definition. */
function ranksByDefinition(points: readonly ParetoPoint[]): number[] {
  const ranks = points.map(() => -1);
  for (let rank = 0; ranks.includes(-1); rank++) {
    const rest = [...points.keys()].filter((i) => ranks[i] === -1);
    const layer = rest.filter((i) => !rest.some((j) => dominates(points[j], points[i])));
    for (const i of layer) ranks[i] = rank;
  }
  return ranks;
}

describe('paretoFront', () => {
  it('keeps what nothing beats, by ascending latency and accuracy', () => {
    const points = [point(3, 0.7), point(1, 0.5), point(2, 0.4), point(4, 0.7), point(5, 0.9)];
    expect(paretoFront(points)).toEqual([point(1, 0.5), point(3, 0.7), point(5, 0.9)]);
  });

  it('of points equal in one objective keeps the better, of points equal in both the first', () => {
    const first = { ...point(2, 0.5), id: 'first' };
    const second = { ...point(2, 0.5), id: 'second' };
    expect(paretoFront([{ ...point(2, 0.4), id: 'worse' }, first, second, { ...point(3, 0.5), id: 'slower' }]))
      .toEqual([first]);
  });

  it('agrees with the definition on random points with many ties', () => {
    const random = new Random('front');
    for (let round = 0; round < 200; round++) {
      const points = randomPoints(random, random.integer(40), 2 + random.integer(20));
      expect(paretoFront(points)).toEqual(frontByDefinition(points));
    }
  });

  it('is idempotent and indifferent to order, to dominated points and to monotone scaling', () => {
    const random = new Random('invariance');
    for (let round = 0; round < 50; round++) {
      const points = randomPoints(random, 30, 12);
      const front = paretoFront(points);
      expect(paretoFront(front)).toEqual(front);
      expect(paretoFront(random.shuffled(points))).toEqual(front);
      const worse = points.map(({ latencyMs, value }) => point(latencyMs + 1, value));
      expect(paretoFront([...worse, ...points])).toEqual(front);
      const stretch = ({ latencyMs, value }: ParetoPoint) => point(Math.exp(latencyMs), value ** 3);
      expect(paretoFront(points.map(stretch))).toEqual(front.map(stretch));
    }
  });

  it('takes no points and one point', () => {
    expect(paretoFront([])).toEqual([]);
    expect(paretoFront([point(1, 0)])).toEqual([point(1, 0)]);
  });

  it('refuses numbers that cannot be compared', () => {
    expect(() => paretoFront([point(1, 0.5), point(Number.NaN, 0.5)])).toThrow(/Point 1 is not finite/);
    expect(() => paretoRanks([point(Infinity, 0.5)])).toThrow(RangeError);
  });

  it('handles a hundred thousand points', () => {
    const random = new Random('many');
    const points = Array.from({ length: 100_000 }, () => {
      const latencyMs = random.uniform();
      return point(latencyMs, Math.sqrt(latencyMs) - random.uniform());
    });
    const front = paretoFront(points);
    expect(front.length).toBeGreaterThan(10);
    expect(front.every(({ value }, i) => i === 0 || value > front[i - 1].value)).toBe(true);
  });
});

describe('paretoRanks', () => {
  it('agrees with peeling fronts off by definition', () => {
    const random = new Random('ranks');
    for (let round = 0; round < 200; round++) {
      const points = randomPoints(random, random.integer(40), 2 + random.integer(20));
      expect(paretoRanks(points)).toEqual(ranksByDefinition(points));
    }
  });

  it('numbers a chain of dominated points one by one', () => {
    expect(paretoRanks([point(3, 0.1), point(1, 0.3), point(2, 0.2)])).toEqual([2, 0, 1]);
  });
});

describe('exclusiveAreas', () => {
  it('is what the hypervolume loses without the point, between the ends', () => {
    const random = new Random('areas');
    for (let round = 0; round < 50; round++) {
      const front = paretoFront(randomPoints(random, 40, 30));
      const whole = hypervolume(front, point(100, -1));
      for (const [i, area] of exclusiveAreas(front).entries()) {
        if (i === 0 || i === front.length - 1) expect(area).toBe(Infinity);
        else expect(area).toBeCloseTo(whole - hypervolume(front.toSpliced(i, 1), point(100, -1)), 10);
      }
    }
  });

  it('gives repetitions nothing and keeps the order of its input', () => {
    expect(exclusiveAreas([point(3, 0.75), point(1, 0.25), point(2, 0.5), point(2, 0.5), point(1, 0.25)]))
      .toEqual([Infinity, Infinity, 0.25, 0, 0]);
    expect(exclusiveAreas([])).toEqual([]);
  });
});
