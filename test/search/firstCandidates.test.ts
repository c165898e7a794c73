import { describe, expect, it } from 'vitest';
import { Random } from '../../core/base/random.ts';
import { advance, createSearch, nextCandidates } from '../../core/search/evolution.ts';
import type { SearchProblem } from '../../core/search/problem.ts';
import type { SearchSettingsInput } from '../../core/search/settings.ts';
import { restoreSearch } from '../../core/search/state.ts';
import type { SearchState } from '../../core/search/state.ts';
import { answer, runToySearch, toyLatencyMs, toyProblem, toySettings, toySpace } from './toySpace.ts';
import type { Toy } from './toySpace.ts';

const random = new Random('first');
const some = (count: number): Toy[] => Array.from({ length: count }, () => toySpace.sample(random));
const keys = (archs: readonly Toy[]) => archs.map((arch) => toySpace.key(arch));
const begin = (problem: SearchProblem<Toy>, settings: SearchSettingsInput = {}) =>
  nextCandidates(createSearch(problem, toySettings({ initialPopulation: 20, ...settings }), new Random(1))).map(({ key }) => key);
const viaJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe('architectures that a search is to begin with', () => {
  it('come first, up to half of the initial population, and the rest is spread as always', () => {
    const first = some(30);
    const begun = begin({ ...toyProblem(), firstCandidates: [first] });
    expect(begun).toHaveLength(20);
    expect(begun.slice(0, 10)).toEqual(keys(first.slice(0, 10)));
    expect(begun).toEqual(expect.arrayContaining([toySpace.key(toySpace.smallest), toySpace.key(toySpace.largest)]));
  });

  it('leave half of what is left to the next source', () => {
    const [first, second] = [some(12), some(12)];
    const begun = begin({ ...toyProblem(), firstCandidates: [first, second] });
    expect(begun.slice(0, 15)).toEqual(keys([...first.slice(0, 10), ...second.slice(0, 5)]));
    expect(begin({ ...toyProblem(), firstCandidates: [first.slice(0, 2), second] }).slice(0, 11)).toEqual(keys([...first.slice(0, 2), ...second.slice(0, 9)]));
  });

  it('are passed over when they come twice or suit no device', () => {
    const fast: Toy = [1, 0, 0, 0, 0, 0, 0, 0];
    const slow: Toy = [4, 4, 4, 4, 4, 4, 4, 0];
    const other: Toy = [0, 1, 0, 0, 0, 0, 0, 0];
    const problem = { ...toyProblem([{ name: 'left', maxMs: 40 }]), firstCandidates: [[fast, [...fast], slow, other], [other, fast]] };
    const begun = begin(problem);
    expect(begun.slice(0, 2)).toEqual(keys([fast, other]));
    expect(begun).not.toContain(toySpace.key(slow));
    expect(new Set(begun).size).toBe(20);
  });

  it('change nothing when there are none', () => {
    expect(begin({ ...toyProblem(), firstCandidates: [[], []] })).toEqual(begin(toyProblem()));
  });

  it('are taken by the predictor searches as well', () => {
    const first = some(5);
    expect(begin({ ...toyProblem(), firstCandidates: [first] }, { algorithm: 'age-moea-ii' }).slice(0, 5)).toEqual(keys(first));
  });
});

describe('latency windows that begin with given architectures', () => {
  const windows = { selection: 'budget', budgetsMs: { left: [30, 60], right: [45] }, budgetWidthMs: 4, generations: 2 } satisfies SearchSettingsInput;
  const first = some(400);
  const problem = { ...toyProblem(), firstCandidates: [first] };

  it('each take those that lie inside', () => {
    let state = createSearch(problem, toySettings({ ...windows, initialPopulation: 20 }), new Random(1));
    for (let window = 0; !state.done; state = advance(problem, state, answer(nextCandidates(state)))) {
      if (state.window < window || state.generation > 0) continue;
      window = state.window + 1;
      const evaluated = new Set(state.archive.map(({ key }) => key));
      const inside = first.filter((arch) => {
        const ms = toyLatencyMs(arch, state.window < 2 ? 'left' : 'right');
        const from = [30, 60, 45][state.window];
        return ms >= from && ms <= from + 4 && !evaluated.has(toySpace.key(arch));
      });
      const places = Math.min(inside.length, Math.floor(state.pending.length / 2));
      expect(places).toBeGreaterThan(state.window === 0 ? 0 : 3);
      expect(state.pending.slice(0, places).map(({ key }) => key)).toEqual(keys(inside.slice(0, places)));
    }
  });

  it('go on after a restart as if there had been none', () => {
    let state: SearchState<Toy> = createSearch(problem, toySettings(windows), new Random(7));
    while (!state.done) state = restoreSearch(problem, viaJson(advance(problem, state, answer(nextCandidates(state).slice(0, 25)))));
    expect(state).toEqual(runToySearch(problem, windows, 7));
  });
});
