import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { accuracyObjective } from '../../../core/search/objective.ts';
import { paretoFront } from '../../../core/search/pareto.ts';
import type { SearchProblem } from '../../../core/search/problem.ts';
import { elasticVitMini } from '../../../core/spaces/elasticvit/space.ts';
import { compareSearches, comparedSearches, evaluationsPerSearch } from '../../../core/study/searchComparison/compareSearches.ts';
import type { KnownProblem } from '../../../core/study/searchComparison/knownProblem.ts';
import { subspace } from '../../../core/study/searchComparison/subspace.ts';
import { cli, complaint, jsonLines } from '../../cli/harness.ts';

/** Fewer architectures than a search may evaluate, with accuracies that are known exactly. */
function tinyProblem(): KnownProblem {
  const space = subspace(elasticVitMini, ['resolution', 'c2.depth', 't2.depth'], { 't1.width': 16, 't2.width': 32, 't3.width': 48 });
  const steps = (arch: typeof space.smallest) =>
    space.coordinates(arch).map((value, i) => space.dimensions[i].values.indexOf(value));
  const predict = (arch: typeof space.smallest) => {
    const latencyMs = steps(arch).reduce((sum, step, i) => sum + (i + 1) * step, 2);
    return [{ latencyMs, lowMs: latencyMs, highMs: latencyMs }];
  };
  const trueAccuracy = (arch: typeof space.smallest) => 0.2 + 0.05 * Math.sqrt(steps(arch).reduce((sum, step, i) => sum + (3 - i) * step, 0));
  const problem: SearchProblem<typeof space.smallest> = { space, classes: 10, objective: accuracyObjective, devices: [{ name: 'phone' }], predict };
  const points = space.all().map((arch) => ({ value: trueAccuracy(arch), latencyMs: predict(arch)[0].latencyMs }));
  return {
    problem: problem as SearchProblem<unknown>, architectures: points.length, fronts: [paretoFront(points)],
    trueAccuracy: (arch) => trueAccuracy(arch as typeof space.smallest),
    measuredAccuracy: (arch) => trueAccuracy(arch as typeof space.smallest),
  };
}

describe('comparing searches', () => {
  const known = tinyProblem();

  it('finds no difference where all of them look at everything: the whole front, at no distance', () => {
    expect(known.architectures).toBeLessThan(evaluationsPerSearch);
    const compared = compareSearches(known, { seeds: [1], images: 10 });
    expect(compared.map(({ name }) => name)).toEqual(comparedSearches);
    for (const { runs } of compared) {
      expect(runs).toHaveLength(1);
      for (const { hypervolumeRatio, igdPlus, evaluationsTo95Percent, evaluationsTo99Percent } of runs) {
        expect(hypervolumeRatio).toBeCloseTo(1, 12);
        expect(igdPlus).toBeCloseTo(0, 12);
        expect(evaluationsTo95Percent).toBeGreaterThan(0);
        expect(evaluationsTo99Percent).toBeGreaterThanOrEqual(evaluationsTo95Percent!);
        expect(evaluationsTo99Percent).toBeLessThanOrEqual(known.architectures);
      }
    }
  });

  it('gives the same numbers for the same seeds, whatever else is compared', () => {
    const [all] = compareSearches(known, { seeds: [1, 2], images: 10, names: ['evolution', 'random'] });
    expect(compareSearches(known, { seeds: [2], images: 10, names: ['evolution'] })[0].runs).toEqual([all.runs[1]]);
  });
});

describe('the command that compares searches', () => {
  const count = z.int().positive().nullable();
  const schema = z.strictObject({
    accuracies: z.literal('synthetic'), architectures: z.literal(36_450), devices: z.tuple([z.literal('pixel4'), z.literal('pixel6')]),
    images: z.literal(50), evaluations: z.literal(evaluationsPerSearch),
    searches: z.array(z.strictObject({
      name: z.string(),
      runs: z.array(z.strictObject({
        hypervolumeRatio: z.number().min(0).max(1), igdPlus: z.number().min(0), evaluationsTo95Percent: count, evaluationsTo99Percent: count,
      })).length(2),
    })),
  });

  it('prints a run for each search and seed, the same every time', async () => {
    const args = ['compare-search', '--searches', 'random,evolution', '--seeds', '2', '--images', '50'];
    const [report] = await jsonLines(schema, args);
    expect(report.searches.map(({ name }) => name)).toEqual(['random', 'evolution']);
    // The same numbers again, for people.
    const { stdout } = await cli(args);
    expect(stdout).toMatch(/^36,450 architectures on pixel4 and pixel6; accuracies are synthetic, counted on 50 images/);
    const [a, b] = report.searches[1].runs.map(({ hypervolumeRatio }) => hypervolumeRatio).toSorted();
    expect(stdout).toContain(`${((a + b) / 2).toFixed(4)} (${a.toFixed(4)} to ${b.toFixed(4)})`);
  });

  it('says which searches there are, and offers all that can be compared', async () => {
    expect(await complaint(['compare-search', '--searches', 'evolution,nsga3'])).toContain(comparedSearches.join(', '));
    expect((await cli(['compare-search', '--help'])).stdout).toContain('--searches');
  });
});
