import { CancelledError } from '../../base/errors.ts';
import { Random } from '../../base/random.ts';
import { predictLatency } from '../../latency/predict.ts';
import { advance, createSearch } from '../../search/evolution.ts';
import { objectiveText, oriented } from '../../search/objective.ts';
import { countMacs, countParams } from '../../search/problem.ts';
import type { LatencyInterval, SearchProblem } from '../../search/problem.ts';
import { frontSizes } from '../../search/result.ts';
import { plannedEvaluations } from '../../search/settings.ts';
import { restoreSearch, type Pending, type SearchState } from '../../search/state.ts';
import type { NewEvent } from '../eventTypes.ts';
import { extrapolationWarning } from '../extrapolation.ts';
import { beginPhase } from './beginPhase.ts';
import { warn } from './context.ts';
import type { RunContext } from './context.ts';
import { withPresentLatencies } from './deviceModels.ts';
import { safePoint, workedMs } from './hooks.ts';
import type { Judge, Judged } from './judge.ts';
import { searchSettings } from './searchProblem.ts';

/** Searches all devices' fronts with what the judge says, from where the last checkpoint left it. */
export async function searchPhase(context: RunContext, problem: SearchProblem<unknown>, judge: Judge): Promise<SearchState<unknown>> {
  const { study, hooks, objective } = context;
  const settings = searchSettings(context);
  const checkpoint = await study.loadLatestCheckpoint({ phase: 'search' });
  let state = checkpoint ? withPresentLatencies(problem, restoreSearch(problem, checkpoint.state)) : createSearch(problem, settings, new Random(study.settings.seed).fork('search'));
  if (state.done) return state;

  const startedMs = workedMs(hooks);
  const total = plannedEvaluations(settings);
  let done = state.archive.length + state.pending.filter(({ value }) => value !== null).length;
  let best = bestValue(state);
  let saved = { ms: startedMs, tookMs: 0 };
  let unsaved = 0;
  const save = async () => {
    const beginMs = workedMs(hooks);
    await study.saveCheckpoint({ phase: 'search', step: done, tensors: {}, state });
    const ms = workedMs(hooks);
    saved = { ms, tookMs: ms - beginMs };
    unsaved = 0;
  };
  beginPhase(context, 'search', { totalSteps: total, step: done, checkpoint });
  warnAboutRanges(context);
  const warnOnce = invalidWarning(context);
  while (!state.done) {
    const { batch } = state;
    const waiting = new Map(state.pending.flatMap((one) => (one.value === null ? [[one.key, one]] : [])));
    for await (const judged of savedWhenStopped(judge.judge([...waiting.values()]), save)) {
      for (const one of judged) study.events.append(evaluationEvent(context, problem, waiting.get(one.key)!, one, batch));
      warnOnce(judged);
      const results = judged.map(({ key, number }) => ({ key, value: oriented(objective, number) }));
      state = advance(problem, state, results);
      done += judged.length;
      unsaved += judged.length;
      for (const { value } of results) if (value > best) best = value;
      hooks.onProgress?.({ phase: 'search', done, total, unit: 'architectures', note: noteOf(context, best) });
      await safePoint(hooks);
      if (hooks.signal?.aborted) {
        await save();
        throw new CancelledError();
      }
      if (judge.isWorthSaving({ judged: unsaved, ms: workedMs(hooks) - saved.ms, savingMs: saved.tookMs })) await save();
    }
    study.events.append({ kind: 'generation', generation: batch, evaluated: state.archive.length, fronts: frontSizes(problem, state) });
  }
  await save();
  study.events.append({ kind: 'phase-finished', phase: 'search', seconds: (workedMs(hooks) - startedMs) / 1000 });
  return state;
}

/** A judge who waits for others can be stopped while it waits. */
async function* savedWhenStopped<T>(judged: AsyncIterable<T>, save: () => Promise<void>): AsyncGenerator<T> {
  try {
    yield* judged;
  } catch (error) {
    if (error instanceof CancelledError) await save();
    throw error;
  }
}

function evaluationEvent(
  context: RunContext, problem: SearchProblem<unknown>, { arch, latencies }: Pending<unknown>, { key, number, images }: Judged, batch: number,
): NewEvent {
  const counts = { macs: countMacs(problem, arch), params: countParams(problem, arch) };
  return {
    kind: 'evaluation', ...(context.objective.kind === 'accuracy' ? { accuracy: number, images } : { score: number }), ...counts,
    latencyMs: latenciesByDevice(context, latencies), batch, label: key, arch,
  };
}

/** Six digits are more than a picture shows and less than half of what a line would hold otherwise. */
function latenciesByDevice({ devices }: RunContext, latencies: readonly LatencyInterval[]): Record<string, number> {
  return Object.fromEntries(devices.map(({ name }, i) => [name, Number(latencies[i].latencyMs.toPrecision(6))]));
}

/** Says once, per device, when the space lies outside what its model was fitted to. */
function warnAboutRanges(context: RunContext): void {
  const { space, devices, classes } = context;
  for (const { name, model } of devices) {
    const { outOfRange } = predictLatency(model, space.lower(space.largest, { classes }));
    if (outOfRange.length === 0) continue;
    const message = extrapolationWarning(name, outOfRange);
    if (context.summary.warnings.includes(message)) continue;
    context.summary = { ...context.summary, warnings: [...context.summary.warnings, message] };
    warn(context, 'latency-extrapolated', message);
  }
}

/** Says of the first architecture without a valid score why that is; how many there are, the result says. */
function invalidWarning(context: RunContext): (judged: readonly Judged[]) => void {
  let isTold = false;
  return (judged) => {
    const first = isTold ? undefined : judged.find(({ invalid }) => invalid !== undefined);
    if (!first) return;
    isTold = true;
    warn(context, 'invalid-score', `An architecture has no valid ${context.objective.title} and is not ranked: ${first.invalid}.`);
  };
}

function bestValue({ archive, pending }: SearchState<unknown>): number {
  let best = -Infinity;
  for (const { value } of [...archive, ...pending]) if (typeof value === 'number' && value > best) best = value;
  return best;
}

function noteOf({ objective }: RunContext, best: number): string {
  if (best === -Infinity) return 'none valid yet';
  return objective.kind === 'accuracy' ? `best ${objectiveText(objective, best)}` : `best ${objective.title} ${objectiveText(objective, best)}`;
}
