import { describe, expect, it } from 'vitest';
import { Random } from '../../core/base/random.ts';
import { networkMacs } from '../../core/network/counts.ts';
import { advance, createSearch, nextCandidates } from '../../core/search/evolution.ts';
import { accuracyObjective } from '../../core/search/objective.ts';
import type { SearchProblem } from '../../core/search/problem.ts';
import { searchResult } from '../../core/search/result.ts';
import { resultFile, searchResultSchema } from '../../core/search/resultFile.ts';
import { searchSettingsSchema } from '../../core/search/settings.ts';
import { restoreSearch } from '../../core/search/state.ts';
import { getSpace } from '../../core/spaces/index.ts';
import { toyInterval } from './toySpace.ts';

/** A device that does ten million MACs in a millisecond, and accuracies that grow with the MACs. */
function macsProblem(id: string): SearchProblem<unknown> {
  const space = getSpace(id);
  return {
    space,
    devices: [{ name: 'calculator' }],
    classes: 10,
    objective: accuracyObjective,
    predict: (arch) => [toyInterval(networkMacs(space.lower(arch)) / 1e7)],
  };
}

describe.each(['elasticvit', 'elasticvit-mini'])('a search of %s', (id) => {
  const problem = macsProblem(id);
  const accuracyOf = (arch: unknown) => 1 - 1 / Math.log(networkMacs(problem.space.lower(arch)));

  it('begins in every sixteenth of the logarithmic latency range about equally often', () => {
    const settings = searchSettingsSchema.parse({ initialPopulation: 160 });
    const { pending } = createSearch(problem, settings, new Random(1));
    const logs = pending.map(({ latencies }) => Math.log(latencies[0].latencyMs)).sort((a, b) => a - b);
    const [low, high] = [logs[0], logs[logs.length - 1]];
    const counts = new Array<number>(16).fill(0);
    for (const log of logs) counts[Math.min(15, Math.floor(16 * (log - low) / (high - low)))]++;
    expect(pending).toHaveLength(160);
    expect(Math.min(...counts)).toBeGreaterThanOrEqual(4);
  });

  it('continues from JSON to the same fronts', () => {
    const settings = searchSettingsSchema.parse(
      { initialPopulation: 20, generations: 3, parents: 10, mutations: 6, crossovers: 6 });
    const finish = (disturb: boolean) => {
      let state = createSearch(problem, settings, new Random(2));
      while (!state.done) {
        state = advance(problem, state,
          nextCandidates(state).map(({ key, arch }) => ({ key, value: accuracyOf(arch) })));
        if (disturb) state = restoreSearch(problem, JSON.parse(JSON.stringify(state)));
      }
      return searchResult(problem, state);
    };
    const result = finish(false);
    expect(finish(true)).toEqual(result);
    expect(result.evaluations).toBe(20 + 3 * 12);
    expect(searchResultSchema.parse(JSON.parse(JSON.stringify(resultFile(result))))).toEqual(result);
    // More MACs are slower and more accurate here, so nothing is dominated and both ends are on the front.
    const { front } = result.devices[0];
    expect([front[0].name, front.at(-1)?.name]).toEqual(['min', 'max']);
  });
});
