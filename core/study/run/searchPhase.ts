import { CancelledError } from '../../base/errors.ts';
import { Random } from '../../base/random.ts';
import { LatencyTable } from '../../latency/latencyTable.ts';
import { predictLatency } from '../../latency/predict.ts';
import { blockMacs, networkMacs } from '../../network/counts.ts';
import { blockParams, networkParams } from '../../network/blockGraph.ts';
import { advance, createSearch } from '../../search/evolution.ts';
import type { LatencyInterval, SearchProblem } from '../../search/problem.ts';
import { searchResult } from '../../search/result.ts';
import { takeTurns } from '../../search/selection.ts';
import { plannedEvaluations } from '../../search/settings.ts';
import { restoreSearch, type Pending, type SearchState } from '../../search/state.ts';
import { CostTable } from '../../spaces/costTable.ts';
import type { SearchSpace } from '../../spaces/index.ts';
import type { SubnetEvaluator } from '../../training/supernet/evaluator.ts';
import { searchSettingsOf } from '../studyFile.ts';
import { earlierBest } from '../warmStart.ts';
import type { EarlierEvaluation } from '../warmStart.ts';
import { beginPhase } from './beginPhase.ts';
import { warn } from './context.ts';
import type { RunContext } from './context.ts';
import { safePoint, workedMs } from './hooks.ts';

const evaluationsPerCheckpoint = 16;

/** What a search can begin with besides architectures that are spread over the latency range. */
export interface SearchStart {
  /** By study, what earlier studies have evaluated. */
  readonly earlier: readonly (readonly EarlierEvaluation[])[];
  /** By bucket, what the training remembers, best first. */
  readonly remembered: readonly (readonly unknown[])[];
}

/** Searches all devices' fronts with inherited accuracies, from where the last checkpoint left it. */
export async function searchPhase(
  context: RunContext, problem: SearchProblem<unknown>, evaluator: SubnetEvaluator,
): Promise<SearchState<unknown>> {
  const { study, hooks, space } = context;
  const settings = settingsOf(context);
  const checkpoint = await study.loadLatestCheckpoint({ phase: 'search' });
  let state = checkpoint ? restoreSearch(problem, checkpoint.state) : createSearch(problem, settings, new Random(study.settings.seed).fork('search'));
  if (state.done) return state;

  const startedMs = workedMs(hooks);
  const total = plannedEvaluations(settings);
  const done = () => state.archive.length + state.pending.filter(({ accuracy }) => accuracy !== null).length;
  const save = () => study.saveCheckpoint({ phase: 'search', step: done(), tensors: {}, state });
  beginPhase(context, 'search', { totalSteps: total, step: done(), checkpoint });
  warnAboutRanges(context);
  let unsaved = 0;
  while (!state.done) {
    const { batch } = state;
    for (const { key, arch, latencies } of unanswered(state)) {
      const network = space.lower(arch, { classes: problem.classes });
      const accuracy = evaluator.accuracy(evaluator.extract(network), study.settings.search.evaluationImages);
      study.events.append({
        kind: 'evaluation', accuracy, images: study.settings.search.evaluationImages, macs: networkMacs(network),
        params: networkParams(network), latencyMs: latenciesByDevice(context, latencies), batch, label: key, arch,
      });
      state = advance(problem, state, [{ key, accuracy }]);
      hooks.onProgress?.({ phase: 'search', done: done(), total, unit: 'architectures', note: `best ${bestAccuracy(state)}` });
      await safePoint(hooks);
      if (hooks.signal?.aborted) {
        await save();
        throw new CancelledError();
      }
      if (++unsaved >= evaluationsPerCheckpoint) {
        await save();
        unsaved = 0;
      }
    }
    const { devices } = searchResult(problem, state);
    study.events.append({
      kind: 'generation', generation: batch, evaluated: state.archive.length,
      fronts: devices.map(({ device, front, hypervolume }) => ({ device, size: front.length, hypervolume })),
    });
  }
  await save();
  study.events.append({ kind: 'phase-finished', phase: 'search', seconds: (workedMs(hooks) - startedMs) / 1000 });
  return state;
}

/**
 * What is searched, as core/search wants it. Latencies come from tables, made when the first one is asked for: the
 * search may look at hundreds of thousands of architectures, and a study that is only exported at none.
 */
export function searchProblem(context: RunContext, { earlier, remembered }: SearchStart): SearchProblem<unknown> {
  const { space, devices, data } = context;
  const classes = data.classes.length;
  let table: LatencyTable<unknown> | undefined;
  const problem: SearchProblem<unknown> = {
    space, classes,
    devices: devices.map(({ name, maxMs }) => (maxMs === undefined ? { name } : { name, maxMs })),
    predict: (arch) => (table ??= new LatencyTable(space, devices.map(({ model }) => model), classes)).predict(arch),
    ...sizesOf(space, classes),
  };
  const sources = [() => earlierBest(earlier, problem, settingsOf(context)), () => takeTurns(remembered, Infinity)];
  let firstCandidates: readonly (readonly unknown[])[] | undefined;
  return {
    ...problem,
    get firstCandidates() {
      return firstCandidates ??= sources.map((source) => source());
    },
  };
}

/** MACs and parameters from a table, like the latencies; made when one is asked for. */
function sizesOf(space: SearchSpace, classes: number): Required<Pick<SearchProblem<unknown>, 'countMacs' | 'countParams'>> {
  let table: CostTable<unknown> | undefined;
  const sums = (arch: unknown) => (table ??= new CostTable(space, classes, (blocks) =>
    [blockMacs, blockParams].map((count) => blocks.reduce((sum, block) => sum + count(block), 0)))).costsOf(arch);
  return { countMacs: (arch) => sums(arch)[0], countParams: (arch) => sums(arch)[1] };
}

const settingsOf = ({ study, devices }: RunContext) => searchSettingsOf(study.settings, devices.map(({ name }) => name));

/** What the search waits for, with the latencies that it was drafted with. */
const unanswered = (state: SearchState<unknown>): readonly Pending<unknown>[] =>
  state.pending.filter(({ accuracy }) => accuracy === null);

/** Six digits are more than a picture shows and less than half of what a line would hold otherwise. */
function latenciesByDevice({ devices }: RunContext, latencies: readonly LatencyInterval[]): Record<string, number> {
  return Object.fromEntries(devices.map(({ name }, i) => [name, Number(latencies[i].latencyMs.toPrecision(6))]));
}

/** Says once, per device, when the space lies outside what its model was fitted to. */
function warnAboutRanges(context: RunContext): void {
  const { space, devices, data } = context;
  for (const { name, model } of devices) {
    const { outOfRange } = predictLatency(model, space.lower(space.largest, { classes: data.classes.length }));
    if (outOfRange.length === 0) continue;
    const message = `${name}: latencies are extrapolated, so their intervals are wide (${outOfRange.slice(0, 2).join('; ')}${outOfRange.length > 2 ? '; ...' : ''}).`;
    if (context.summary.warnings.includes(message)) continue;
    context.summary = { ...context.summary, warnings: [...context.summary.warnings, message] };
    warn(context, 'latency-extrapolated', message);
  }
}

function bestAccuracy(state: SearchState<unknown>): string {
  const known = [...state.archive, ...state.pending].map(({ accuracy }) => accuracy ?? 0);
  return `${(100 * known.reduce((best, accuracy) => Math.max(best, accuracy), 0)).toFixed(1)} %`;
}
