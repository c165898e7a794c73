import { describe, expect, it } from 'vitest';
import { Random } from '../../../core/base/random.ts';
import { hypervolume } from '../../../core/search/multiobjective/hypervolume.ts';
import { bnh, c2dtlz2, dtlz2, dtlz5, zdt1, zdt3 } from './problems.ts';

/** The volume of the union of boxes from the definition: alternating sums over all subsets of points. */
function byInclusionExclusion(points: readonly number[][], reference: readonly number[]): number {
  let total = 0;
  for (let subset = 1; subset < 2 ** points.length; subset++) {
    const chosen = points.filter((_, i) => subset & (1 << i));
    const volume = reference.reduce((product, end, k) =>
      product * Math.max(0, end - Math.max(...chosen.map((point) => point[k]))), 1);
    total += chosen.length % 2 === 1 ? volume : -volume;
  }
  return total;
}

describe('hypervolume', () => {
  it.each([1, 2, 3, 4, 5, 6])('agrees with inclusion and exclusion for %i objectives', (m) => {
    const random = new Random(`volume ${m}`);
    for (let round = 0; round < 40; round++) {
      // Every other round on a grid, for ties; some points lie beyond the reference.
      const value = () => (round % 2 ? random.integer(6) / 4 : 1.2 * random.uniform());
      const points = Array.from({ length: random.integer(9) }, () => Array.from({ length: m }, value));
      const reference = Array<number>(m).fill(1);
      expect(hypervolume(points, reference)).toBeCloseTo(byInclusionExclusion(points, reference), 10);
    }
  });

  it.each([3, 4, 5])('agrees with random sampling for many points in %i objectives', (m) => {
    const random = new Random(`sampling ${m}`);
    const points = Array.from({ length: 60 }, () => Array.from({ length: m }, () => random.uniform()));
    const draws = 20_000;
    let hits = 0;
    for (let i = 0; i < draws; i++) {
      const place = Array.from({ length: m }, () => random.uniform());
      if (points.some((point) => point.every((value, k) => value <= place[k]))) hits++;
    }
    // Five standard deviations of a share estimated from so many draws.
    const bound = 5 * Math.sqrt(0.25 / draws);
    expect(Math.abs(hypervolume(points, Array<number>(m).fill(1)) - hits / draws)).toBeLessThan(bound);
  });

  // Computed with the library moocore 0.3.2.
  it.each([
    [[1, 17, 43], 0.8711958932389662],
    [[1, 17, 43, 71], 0.7387592903855896],
    [[1, 17, 43, 71, 29, 88], 0.3197034819610898],
  ])('equals the value of another implementation for a lattice of 100 points with steps %j', (factors, expected) => {
    const points = Array.from({ length: 100 }, (_, i) => factors.map((factor) => (((i + 1) * factor) % 101) / 101));
    expect(hypervolume(points, factors.map(() => 1))).toBeCloseTo(expected, 12);
  });

  // A finite sample lies above the analytic front's volume by what is open between its points.
  it.each([[zdt1, 0.998], [zdt3, 0.999], [dtlz5, 0.998], [dtlz2(3), 0.96], [bnh, 0.999], [c2dtlz2(), 0.999]] as const)(
    'approaches the analytic value from below on a sampled front %#', (problem, share) => {
      const value = hypervolume(problem.front, problem.reference) / problem.hypervolume;
      expect(value).toBeGreaterThan(share);
      expect(value).toBeLessThan(1);
    });

  it('is nothing without points better than the reference in every objective', () => {
    expect(hypervolume([], [1, 1, 1])).toBe(0);
    expect(hypervolume([[0, 0, 1], [2, 0, 0]], [1, 1, 1])).toBe(0);
  });

  it('refuses points with another number of objectives than the reference', () => {
    expect(() => hypervolume([[0, 0]], [1, 1, 1])).toThrow('Point 0 has 2 objectives, the reference point 3');
  });
});
