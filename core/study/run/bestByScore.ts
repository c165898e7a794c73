import { Random } from '../../base/random.ts';
import { getProxy } from '../../scoring/proxies.ts';
import { oriented } from '../../search/objective.ts';
import { Drafter } from '../../search/population.ts';
import type { SearchProblem } from '../../search/problem.ts';
import { selectParents } from '../../search/selection.ts';
import { workThrough } from '../queue/workThrough.ts';
import { startScoringWorkers } from '../scoring/scoringWorkers.ts';
import type { RunContext } from './context.ts';
import { safePoint } from './hooks.ts';
import { queueOf } from './queueOf.ts';
import { searchSettings } from './searchProblem.ts';

/**
 * What a search begins with by a training-free score, where the study asks for that: uniform draws within the search's limits, ordered
 * as parents are chosen, so that their fronts of score against latency come first. Empty once the search has begun, because its
 * initial population is drawn; only those of later latency windows are still to come.
 * @throws CancelledError, and what scoring throws
 */
export async function bestByScore(context: RunContext, problem: SearchProblem<unknown>): Promise<readonly unknown[]> {
  const { study, hooks, space, classes } = context;
  const { search: { firstPopulation, selection }, seed, engine, compute: { threads, memoryGiB } } = study.settings;
  if (firstPopulation === undefined) return [];
  if (selection !== 'budget' && await study.loadLatestCheckpoint({ phase: 'search' })) return [];
  const proxy = getProxy(firstPopulation.proxy);
  const settings = searchSettings(context);
  const random = new Random(seed).fork('first population');
  const drafts = new Drafter(problem, settings, undefined, [], random).fill(firstPopulation.candidates, () => space.sample(random));
  hooks.onMessage?.(`Scoring ${drafts.length} architectures by ${proxy.title} to begin the search with the best of them.`, 'info');
  const archs = drafts.map(({ arch }) => arch);
  const workers = await startScoringWorkers({
    plan: { space: space.id, classes, proxies: [firstPopulation.proxy], seeds: [seed] }, engine, threads, archs, queue: queueOf(study.settings, hooks),
    memoryBytes: memoryGiB === undefined ? undefined : memoryGiB * 2 ** 30,
  });
  const values: number[] = [];
  try {
    for await (const portion of workThrough(archs, workers, { signal: hooks.signal })) {
      values.push(...portion.map(({ result: [{ value }] }) => oriented(proxy, value)));
      await safePoint(hooks);
    }
  } finally {
    await workers.close();
  }
  const rated = drafts.map((draft, i) => ({ ...draft, value: values[i] })).filter(({ value }) => Number.isFinite(value));
  return selectParents(rated, problem.devices, { ...settings, parents: Infinity }, undefined).map(({ arch }) => arch);
}
