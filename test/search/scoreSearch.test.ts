import { describe, expect, it } from 'vitest';
import { Random } from '../../core/base/random.ts';
import { advance, createSearch, nextCandidates } from '../../core/search/evolution.ts';
import type { Objective } from '../../core/search/objective.ts';
import { oriented } from '../../core/search/objective.ts';
import { searchResult } from '../../core/search/result.ts';
import { resultFile, searchResultSchema } from '../../core/search/resultFile.ts';
import { plannedEvaluations } from '../../core/search/settings.ts';
import type { SearchSettingsInput } from '../../core/search/settings.ts';
import type { SearchProblem } from '../../core/search/problem.ts';
import { restoreSearch } from '../../core/search/state.ts';
import type { SearchState } from '../../core/search/state.ts';
import { toyAccuracy, toyLatencyMs, toyProblem, toySettings, toySpace } from './toySpace.ts';
import type { Toy } from './toySpace.ts';

const higher: Objective = { id: 'dss', title: 'DSS', kind: 'score', direction: 'higher' };
const lower: Objective = { id: 'ntk', title: 'NTK', kind: 'score', direction: 'lower' };
const paramsOf = (arch: Toy) => arch.reduce((sum, level) => sum + level, 1);

function problemOf(objective: Objective): SearchProblem<Toy> {
  return { ...toyProblem([{ name: 'left' }, { name: 'right', maxMs: 60 }]), objective, countParams: paramsOf };
}

/** Numbers as the objective counts them, all standing for the same values; architectures whose first choice is 4 have none. */
const scoreOf = (objective: Objective, arch: Toy) => (arch[0] === 4 ? NaN : oriented(objective, 1e5 * toyAccuracy(arch)));

function search(objective: Objective, settings: SearchSettingsInput, seed: number, disturb = false): SearchState<Toy> {
  const problem = problemOf(objective);
  let state = createSearch(problem, toySettings(settings), new Random(seed));
  while (!state.done) {
    state = advance(problem, state, nextCandidates(state).map(({ key, arch }) => ({ key, value: oriented(objective, scoreOf(objective, arch)) })));
    if (disturb) state = restoreSearch(problem, JSON.parse(JSON.stringify(state)));
  }
  return state;
}

const algorithms: [string, SearchSettingsInput][] = [
  ['random', { algorithm: 'random', evaluations: 200 }],
  ['evolution', { generations: 4 }],
  ['nsga2', { algorithm: 'nsga2', initialPopulation: 40, rounds: 3, evaluationsPerRound: 8, predictorGenerations: 5, predictorPopulation: 20 }],
  ['age-moea-ii', { algorithm: 'age-moea-ii', initialPopulation: 40, rounds: 3, evaluationsPerRound: 8, predictorGenerations: 5, predictorPopulation: 20 }],
];

describe.each(algorithms)('a %s search by a score', (_, settings) => {
  const state = search(lower, settings, 3);

  it('ranks no architecture without a valid score, and counts it all the same', () => {
    const result = searchResult(problemOf(lower), state);
    expect(state.archive.length).toBe(plannedEvaluations(toySettings(settings)));
    expect(result.invalid).toBe(state.archive.filter(({ arch }) => arch[0] === 4).length);
    expect(result.invalid).toBeGreaterThan(0);
    for (const { front } of result.devices) for (const { arch } of front) expect(toySpace.parse(arch)[0]).not.toBe(4);
  });

  it('finds the same for lower numbers as for higher ones when these are the negatives', () => {
    const archive = (one: SearchState<Toy>) => one.archive.map(({ key, value }) => [key, value]);
    expect(archive(search(higher, settings, 3))).toEqual(archive(state));
  });

  it('goes on from JSON, invalid scores included, as if nothing had happened', () => {
    expect(search(lower, settings, 3, true)).toEqual(state);
  });
});

describe('a random search', () => {
  it('draws as many different architectures as it is told, uniformly, and the same ones for the same seed', () => {
    const { archive } = search(higher, { algorithm: 'random', evaluations: 3000 }, 5);
    expect(new Set(archive.map(({ key }) => key)).size).toBe(3000);
    expect(search(higher, { algorithm: 'random', evaluations: 3000 }, 5).archive).toEqual(archive);
    // Each of five levels of each choice has a share of 0.2, to within five standard errors.
    for (let choice = 0; choice < 8; choice++) {
      for (let level = 0; level < 5; level++) {
        const share = archive.filter(({ arch }) => arch[choice] === level).length / 3000;
        expect(Math.abs(share - 0.2)).toBeLessThan(5 * Math.sqrt(0.2 * 0.8 / 3000));
      }
    }
  });

  it.each(algorithms)('and every other keeps the limits on parameters: %s', (_, settings) => {
    const { archive } = search(higher, { ...settings, paramsMin: 12, paramsMax: 18 }, 1);
    const params = archive.map(({ arch }) => paramsOf(arch));
    expect(Math.min(...params)).toBeGreaterThanOrEqual(12);
    expect(Math.max(...params)).toBeLessThanOrEqual(18);
  });

  it('refuses limits on parameters that nothing keeps', () => {
    expect(() => search(higher, { algorithm: 'random', paramsMin: 1000 }, 1)).toThrow(expect.objectContaining({ code: 'infeasible-size' }));
  });
});

describe('the result of a search by a score', () => {
  const state = search(lower, { algorithm: 'random', evaluations: 200 }, 7);
  const problem = problemOf(lower);
  const result = searchResult(problem, state);

  it('is stored with the scores as the proxy gave them and what they are, and read back the same', () => {
    const file = JSON.parse(JSON.stringify(resultFile(result)));
    expect(file).toMatchObject({ version: 2, objective: lower, invalid: result.invalid });
    for (const { score, arch } of file.devices[0].front) expect(score).toBe(-1e5 * toyAccuracy(toySpace.parse(arch)));
    expect(searchResultSchema.parse(file)).toEqual(result);
  });

  it('measures hypervolumes from the worst valid score of the first batch', () => {
    const first = state.archive.filter(({ batch }) => batch === 0).flatMap(({ value }) => (value === 'invalid' ? [] : [value]));
    expect(result.devices[0].referencePoint).toEqual({ latencyMs: toyLatencyMs(toySpace.largest, 'left'), value: Math.min(...first) });
    for (const { normalizedHypervolume } of result.devices) {
      expect(normalizedHypervolume).toBeGreaterThan(0);
      expect(normalizedHypervolume).toBeLessThan(1);
    }
  });

  it('lists the ten best scores whatever their latencies', () => {
    const values = state.archive.flatMap(({ value }) => (value === 'invalid' ? [] : [value])).sort((a, b) => b - a);
    expect(result.top.map(({ value }) => value)).toEqual(values.slice(0, 10));
    expect(result.top[0].latencyMs.left).toBe(toyLatencyMs(toySpace.parse(result.top[0].arch), 'left'));
  });
});
