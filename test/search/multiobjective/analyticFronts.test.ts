import { describe, expect, it } from 'vitest';
import { Random } from '../../../core/base/random.ts';
import { ageMoea2Survival } from '../../../core/search/multiobjective/ageMoea2.ts';
import type { Survival } from '../../../core/search/multiobjective/candidate.ts';
import { invertedGenerationalDistancePlus } from '../../../core/search/multiobjective/distances.ts';
import { evolve } from '../../../core/search/multiobjective/evolve.ts';
import { hypervolume } from '../../../core/search/multiobjective/hypervolume.ts';
import { nonDominated } from '../../../core/search/multiobjective/nonDominated.ts';
import { nsga2Survival } from '../../../core/search/multiobjective/nsga2.ts';
import { realVariation } from '../../../core/search/multiobjective/realVariation.ts';
import { bnh, c1dtlz1, c2dtlz2, dtlz1, dtlz2, dtlz5, zdt1, zdt2, zdt3, zdt4, zdt6 } from './problems.ts';
import type { TestProblem } from './problems.ts';

/** Share of the analytic front's hypervolume, and IGD+ to it with each objective in units of the front's range. */
function quality(problem: TestProblem, survival: Survival, populationSize: number, generations: number) {
  const population = evolve({
    variation: realVariation(problem.lower, problem.upper),
    evaluate: (genomes) => genomes.map(problem.evaluate),
    survival, populationSize, generations, random: new Random(1),
  });
  const found = nonDominated(population).map(({ objectives }) => objectives);
  const range = problem.reference.map((_, k) => {
    const values = problem.front.map((point) => point[k]);
    return Math.max(...values) - Math.min(...values);
  });
  const scaled = (point: readonly number[]) => point.map((value, k) => value / range[k]);
  return {
    share: hypervolume(found, problem.reference) / problem.hypervolume,
    igdPlus: invertedGenerationalDistancePlus(found.map(scaled), problem.front.map(scaled)),
  };
}

function expectQuality({ share, igdPlus }: ReturnType<typeof quality>, leastShare: number, mostIgdPlus: number): void {
  expect(share).toBeGreaterThan(leastShare);
  expect(share).toBeLessThan(1);
  expect(igdPlus).toBeLessThan(mostIgdPlus);
}

/*
 * Populations and generations are those of Deb et al. (2002) for two objectives and of Deb and Jain (2014) for three,
 * fewer for five to save time; crossover and mutation those of Deb et al. (2002). Bounds lie a little below what these
 * runs reach. So does another implementation with the same settings (pymoo 0.6.2, medians of five seeds): shares of
 * 0.991 on ZDT1, 0.987 on ZDT2, 0.997 on ZDT3, 0.988 on ZDT4, 0.973 on ZDT6 (0.971 to 0.978) and 0.987 on DTLZ5.
 * Without crowding distances the same runs stay below: 0.951, 0.712, 0.990, 0.869, 0.950, 0.854, 0.979 (BNH) and 0.640
 * (C2-DTLZ2). Without violations C2-DTLZ2 has 0.985.
 */
describe('NSGA-II reaches the analytic front of', () => {
  it.each(([
    [zdt1, 100, 250, 0.990, 0.0045],
    [zdt2, 100, 250, 0.985, 0.0040],
    [zdt3, 100, 250, 0.996, 0.0025],
    [zdt4, 100, 250, 0.970, 0.0120],
    [zdt6, 100, 250, 0.973, 0.0092],
    [dtlz5, 92, 250, 0.984, 0.0050],
    [bnh, 100, 250, 0.993, 0.0032],
    [c2dtlz2(), 100, 250, 0.995, 0.0012],
    [c1dtlz1(), 92, 500, 0.920, 0.0450],
  ] as const).map((row) => [row[0].name, ...row] as const))('%s', (_, problem, populationSize, generations, leastShare, mostIgdPlus) => {
    expectQuality(quality(problem, nsga2Survival(), populationSize, generations), leastShare, mostIgdPlus);
  });
});

/*
 * Without the spread along the front these runs reach shares of 0.772, 0.645, 0.648, 0.854 and 0.640; NSGA-II reaches
 * 0.930, 0.871 and 0.118 on the first three, and the other implementation of AGE-MOEA-II 0.959 (five seeds from 0.958 to
 * 0.960) and 0.913 (0.901 to 0.914) on the first two.
 */
describe('AGE-MOEA-II reaches the analytic front of', () => {
  it.each(([
    [dtlz1(3), 92, 400, 0.935, 0.0430],
    [dtlz2(3), 92, 250, 0.915, 0.0250],
    [dtlz2(5), 100, 150, 0.840, 0.0950],
    [dtlz5, 92, 250, 0.986, 0.0045],
    [c2dtlz2(), 100, 250, 0.996, 0.0011],
  ] as const).map((row) => [row[0].name, ...row] as const))('%s', (_, problem, populationSize, generations, leastShare, mostIgdPlus) => {
    expectQuality(quality(problem, ageMoea2Survival(), populationSize, generations), leastShare, mostIgdPlus);
  });
});
