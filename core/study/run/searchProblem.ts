import { LatencyTable } from '../../latency/latencyTable.ts';
import { blockParams } from '../../network/blockGraph.ts';
import { blockMacs } from '../../network/counts.ts';
import type { SearchProblem } from '../../search/problem.ts';
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
}

/**
 * What is searched, as core/search wants it. Latencies and counts come from tables, made when the first one is asked for: the
 * search may look at hundreds of thousands of architectures, and a study that is only exported at none.
 */
export function searchProblem(context: RunContext, { earlier, remembered }: SearchStart): SearchProblem<unknown> {
  const { space, devices, classes, objective } = context;
  let latencies: LatencyTable<unknown> | undefined;
  let counts: CostTable<unknown> | undefined;
  const countsOf = (arch: unknown) => (counts ??= new CostTable(space, classes, (blocks) => [
    blocks.reduce((sum, block) => sum + blockParams(block), 0), blocks.reduce((sum, block) => sum + blockMacs(block), 0),
  ])).costsOf(arch);
  const problem: SearchProblem<unknown> = {
    space, classes, objective,
    devices: devices.map(({ name, maxMs }) => (maxMs === undefined ? { name } : { name, maxMs })),
    predict: (arch) => (latencies ??= new LatencyTable(space, devices.map(({ model }) => model), classes)).predict(arch),
    countParams: (arch) => countsOf(arch)[0],
    countMacs: (arch) => countsOf(arch)[1],
  };
  const sources = [() => earlierBest(earlier, problem, searchSettings(context)), () => takeTurns(remembered, Infinity)];
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
