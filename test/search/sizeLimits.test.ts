import { describe, expect, it } from 'vitest';
import { Random } from '../../core/base/random.ts';
import { networkMacs } from '../../core/network/counts.ts';
import { networkParams } from '../../core/network/blockGraph.ts';
import { createSearch } from '../../core/search/evolution.ts';
import { sizeText, sizeViolation } from '../../core/search/sizeLimits.ts';
import { accuracyObjective, valid } from '../../core/search/objective.ts';
import type { SearchProblem } from '../../core/search/problem.ts';
import type { AutoFormerArchitecture } from '../../core/spaces/autoformer/architecture.ts';
import { autoFormerTiny } from '../../core/spaces/autoformer/space.ts';
import { runToySearch, toyAccuracy, toyProblem, toySettings, toySpace, type Toy } from './toySpace.ts';

/** A toy's size depends on the sum of its choices alone. */
const levelsOf = (arch: Toy) => arch.reduce((sum, value) => sum + value, 0);
const paramsOf = (arch: Toy) => networkParams(toySpace.lower(arch));
const step = paramsOf([1, 0, 0, 0, 0, 0, 0, 0]) - paramsOf([0, 0, 0, 0, 0, 0, 0, 0]);
/** Parameters of architectures whose choices add up to so much. */
const paramsAt = (levels: number) => paramsOf([0, 0, 0, 0, 0, 0, 0, 0]) + levels * step;

describe('a search with limits of size', () => {
  it.each(['evolution', 'nsga2'] as const)('evaluates nothing outside of them (%s)', (algorithm) => {
    const limits = { paramsMin: paramsAt(9), paramsMax: paramsAt(13) };
    const { archive } = runToySearch(toyProblem(), { algorithm, rounds: 2, predictorGenerations: 10, predictorPopulation: 40, ...limits }, 'sizes');
    expect(archive.length).toBeGreaterThan(70);
    for (const { arch } of archive) {
      expect(levelsOf(arch)).toBeGreaterThanOrEqual(9);
      expect(levelsOf(arch)).toBeLessThanOrEqual(13);
    }
  });

  it('takes multiply-accumulates too', () => {
    const macsOf = (arch: Toy) => networkMacs(toySpace.lower(arch));
    const macsMax = macsOf([2, 2, 2, 2, 0, 0, 0, 0]);
    const { archive } = runToySearch(toyProblem(), { macsMax, generations: 1 }, 1);
    expect(archive.every(({ arch }) => macsOf(arch) <= macsMax)).toBe(true);
  });

  it('by accuracy alone comes near the most accurate architecture within them, which looking at all of them gives', () => {
    const limits = { paramsMax: paramsAt(12) };
    const { archive } = runToySearch(toyProblem([{ name: 'left' }]), {
      selection: 'accuracy', generations: 18, initialPopulation: 50, parents: 10, mutations: 25, crossovers: 25, mutation: { uniform: 1 }, ...limits,
    }, 'AutoFormer');
    const best = valid(archive).reduce((most, { value }) => Math.max(most, value), 0);
    let truth = 0;
    for (let number = 0; number < 5 ** 8; number++) {
      const arch = Array.from({ length: 8 }, (_, i) => Math.floor(number / 5 ** i) % 5);
      if (levelsOf(arch) <= 12) truth = Math.max(truth, toyAccuracy(arch));
    }
    expect(best).toBeGreaterThan(0.97 * truth);
    // Of 390,625 architectures.
    expect(archive.length).toBeLessThan(1000);
  });

  it('says what is wrong with limits that leave nothing', () => {
    const start = (settings: object) => () => createSearch(toyProblem(), toySettings(settings), new Random(1));
    expect(start({ paramsMin: 50, paramsMax: 40 })).toThrow(expect.objectContaining({ code: 'invalid-settings', message: 'paramsMin is 50, above paramsMax, which is 40.' }));
    expect(start({ paramsMin: 6e6 })).toThrow(expect.objectContaining({ code: 'infeasible-size' }));
    expect(start({ paramsMin: 6e6 })).toThrow(/no architecture of toy with at least 6 M parameters/);
    expect(start({ paramsMin: paramsAt(3) + 0.2, paramsMax: paramsAt(3) + 0.4 })).toThrow(expect.objectContaining({ code: 'infeasible-budget' }));
  });
});

describe('the distance from limits of size', () => {
  const problem: SearchProblem<AutoFormerArchitecture> = { space: autoFormerTiny, objective: accuracyObjective, devices: [], classes: 1000, predict: () => [] };

  it('is the share by which parameters are too few or too many', () => {
    // 5,867,944 parameters.
    const arch = autoFormerTiny.networks['autoformer-t'];
    expect(sizeViolation(problem, { paramsMin: 5e6, paramsMax: 6e6 }, arch)).toBe(0);
    expect(sizeViolation(problem, { paramsMax: 5e6 }, arch)).toBeCloseTo(0.1735888, 9);
    expect(sizeViolation(problem, { paramsMin: 6e6 }, arch)).toBeCloseTo(6 / 5.867944 - 1, 9);
  });

  it('is told in words', () => {
    expect(sizeText({})).toBe('');
    expect(sizeText({ paramsMin: 5e6, paramsMax: 7.25e6, macsMax: 1.3e9 })).toBe(' with 5 to 7.25 M parameters and at most 1300 M MACs');
  });
});
