import { LatencyTable } from '../../latency/latencyTable.ts';
import { blockParams } from '../../network/blockGraph.ts';
import { blockMacs } from '../../network/counts.ts';
import type { LatencyInterval, SearchProblem } from '../../search/problem.ts';
import { takeTurns } from '../../search/selection.ts';
import type { SearchSettings } from '../../search/settings.ts';
import { CostTable } from '../../spaces/costTable.ts';
import { searchSettingsOf } from '../studyFile.ts';
import { earlierBest } from '../warmStart.ts';
import type { EarlierEvaluation } from '../warmStart.ts';
import type { RunContext } from './context.ts';

/** What a search can begin with besides architectures that are spread over the latency range. */
export interface SearchStart {
  /** By study, what earlier studies have evaluated. */
  readonly earlier: readonly (readonly EarlierEvaluation[])[];
  /** By bucket, what the training remembers, best first. */
  readonly remembered: readonly (readonly unknown[])[];
  /** Those of best training-free scores, best first. */
  readonly scored: readonly unknown[];
}

/**
 * What is searched, as core/search wants it, without what the search begins with. Latencies and counts come from tables, made
 * when the first one is asked for: the search may look at hundreds of thousands of architectures, and a study that is only
 * exported at none.
 */
export function searchProblem({ space, devices, classes, objective }: Pick<RunContext, 'space' | 'devices' | 'classes' | 'objective'>): SearchProblem<unknown> {
  let latencies: LatencyTable<unknown> | undefined;
  let counts: CostTable<unknown> | undefined;
  const countsOf = (arch: unknown) => (counts ??= new CostTable(space, classes, (blocks) => [
    blocks.reduce((sum, block) => sum + blockParams(block), 0), blocks.reduce((sum, block) => sum + blockMacs(block), 0),
  ])).costsOf(arch);
  return {
    space, classes, objective,
    devices: devices.map(({ name, maxMs }) => (maxMs === undefined ? { name } : { name, maxMs })),
    predict: (arch) => {
      const predicted = (latencies ??= new LatencyTable(space, devices.map(({ model }) => model), classes)).predict(arch);
      return objective.kind === 'score' ? predicted.map(rounded) : predicted;
    },
    countParams: (arch) => countsOf(arch)[0],
    countMacs: (arch) => countsOf(arch)[1],
  };
}

const latencyDigits = 6;

/**
 * As the history has latencies. Of thousands of architectures many take equally long but for the order in which their blocks are
 * summed; rounded, they are equal, and a front has one of them.
 */
function rounded({ latencyMs, lowMs, highMs }: LatencyInterval): LatencyInterval {
  const round = (ms: number) => Number(ms.toPrecision(latencyDigits));
  return { latencyMs: round(latencyMs), lowMs: round(lowMs), highMs: round(highMs) };
}

/** The same problem with architectures to begin with. */
export function beginningWith(
  context: RunContext, problem: SearchProblem<unknown>, { earlier, remembered, scored }: SearchStart,
): SearchProblem<unknown> {
  const sources = [() => earlierBest(earlier, problem, searchSettings(context)), () => takeTurns(remembered, Infinity), () => scored];
  let firstCandidates: readonly (readonly unknown[])[] | undefined;
  return {
    ...problem,
    get firstCandidates() {
      return firstCandidates ??= sources.map((source) => source());
    },
  };
}

export function searchSettings({ study, devices }: RunContext): SearchSettings {
  return searchSettingsOf(study.settings, devices.map(({ name }) => name));
}
