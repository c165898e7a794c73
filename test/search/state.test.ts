import { describe, expect, it } from 'vitest';
import { InputError } from '../../core/base/errors.ts';
import { Random } from '../../core/base/random.ts';
import { advance, createSearch, nextCandidates } from '../../core/search/evolution.ts';
import { searchResult } from '../../core/search/result.ts';
import { restoreSearch } from '../../core/search/state.ts';
import type { SearchSettingsInput } from '../../core/search/settings.ts';
import { answer, runToySearch, toyProblem, toySettings } from './toySpace.ts';

const viaJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe.each([
  ['pareto', {}],
  ['budget', { selection: 'budget', budgetsMs: { left: [30, 60] }, budgetWidthMs: 3 }],
] satisfies [string, SearchSettingsInput][])('a search with selection %s', (_, settings) => {
  const problem = toyProblem();
  const undisturbed = runToySearch(problem, settings, 11);

  it('gives the same state for the same seed and another for another', () => {
    expect(runToySearch(problem, settings, 11)).toEqual(undisturbed);
    expect(runToySearch(problem, settings, 12).archive).not.toEqual(undisturbed.archive);
  });

  it('written down and read back at every step ends in the same state and front as an undisturbed one', () => {
    let stored = viaJson(createSearch(problem, toySettings(settings), new Random(11)));
    let state = restoreSearch(problem, stored);
    while (!state.done) {
      stored = viaJson(advance(problem, state, answer(nextCandidates(state))));
      state = restoreSearch(problem, stored);
    }
    expect(state).toEqual(undisturbed);
    expect(searchResult(problem, state)).toEqual(searchResult(problem, undisturbed));
  });

  it('does not care in which portions and order accuracies arrive, nor where it is killed between them', () => {
    for (const seed of [1, 2, 3]) {
      const chaos = new Random(`chaos ${seed}`);
      let saved = viaJson(createSearch(problem, toySettings(settings), new Random(11)));
      let state = restoreSearch(problem, saved);
      while (!state.done) {
        const portion = chaos.shuffled(nextCandidates(state)).slice(0, 1 + chaos.integer(20));
        state = advance(problem, state, answer(portion));
        if (chaos.chance(0.3)) saved = viaJson(state);
        // Killed: what was evaluated after the last save is lost and asked for again.
        if (chaos.chance(0.2)) state = restoreSearch(problem, saved);
      }
      expect(state).toEqual(undisturbed);
    }
  });

  it('ignores accuracies that it already knows, as a replayed log repeats them', () => {
    let state = createSearch(problem, toySettings(settings), new Random(11));
    const log: { key: string; value: number }[] = [];
    while (!state.done) {
      log.push(...answer(nextCandidates(state)));
      state = advance(problem, state, log);
      expect(advance(problem, state, log.map(({ key }) => ({ key, value: 0 })))).toEqual(state);
    }
    expect(state).toEqual(undisturbed);
  });
});

describe('a search', () => {
  const problem = toyProblem();

  it('does not move the generator it was given nor change the states it was handed', () => {
    const random = new Random(5);
    const before = random.state;
    const state = createSearch(problem, toySettings(), random);
    expect(random.state).toEqual(before);
    const copy = viaJson(state);
    advance(problem, state, answer(nextCandidates(state)));
    expect(state).toEqual(copy);
  });

  it('refuses a damaged state, naming the place, and one that belongs to something else', () => {
    const state = createSearch(problem, toySettings(), new Random(5));
    const broken = (change: object) => () => restoreSearch(problem, { ...state, ...change });
    expect(broken({ random: [1, 2, 3] })).toThrow(/cannot be read: random/);
    expect(broken({ version: 3 })).toThrow(InputError);
    expect(broken({ pending: [{ ...state.pending[0], arch: [9] }] })).toThrow(/eight integers/);
    expect(() => restoreSearch(problem, null)).toThrow(InputError);
    expect(broken({ space: 'other' })).toThrow('is of other by accuracy on left, right; this one is of toy by accuracy on left, right');
    expect(() => restoreSearch(toyProblem([{ name: 'left', maxMs: 30 }]), state))
      .toThrow('is of toy by accuracy on left, right; this one is of toy by accuracy on left (30 ms)');
  });
});
