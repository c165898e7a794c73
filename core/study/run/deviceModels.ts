import { modelHash } from '../../latency/modelHash.ts';
import { predictLatencies, type SearchProblem } from '../../search/problem.ts';
import type { SearchState } from '../../search/state.ts';
import { isDoubtful, modelState } from '../checks/modelState.ts';
import { newerModel } from '../checks/newerModel.ts';
import { warn } from './context.ts';
import type { RunContext } from './context.ts';

/**
 * Writes down which device models a study's latencies are of, and says where one is another than when the study was run
 * last, or is known to be off.
 */
export function followDeviceModels(context: RunContext): void {
  const before = context.summary.deviceModels ?? {};
  const now = Object.fromEntries(context.devices.map(({ name, model }) => [name, modelHash(model)]));
  for (const { name, model, path } of context.devices) {
    if (before[name] !== undefined && before[name] !== now[name]) {
      warn(context, 'device-model-changed', `${name}: its device model is another than when this study was run last; all latencies are predicted anew.`);
    }
    const newer = newerModel(model, path);
    if (newer !== undefined) warn(context, 'device-model-newer', `${name}: there is a newer model of this device, ${newer.name}, which knows more measurements; a study goes on with its own.`);
    const state = modelState(model, path);
    if (isDoubtful(state)) warn(context, `device-model-${state.verdict}`, `${name}: ${state.text}`);
  }
  context.summary = { ...context.summary, deviceModels: now };
}

/** Architectures whose predictions are looked at to find out whether they are the present models' own. */
const probes = 20;

/** A restored search whose latencies are those of the present device models. */
export function withPresentLatencies(problem: SearchProblem<unknown>, state: SearchState<unknown>): SearchState<unknown> {
  const known = [...state.archive, ...state.pending];
  const step = Math.max(1, Math.floor(known.length / probes));
  const isPresent = known.filter((_, i) => i % step === 0).every(({ arch, latencies }) =>
    predictLatencies(problem, arch).every(({ latencyMs }, i) => Math.abs(latencyMs / latencies[i].latencyMs - 1) < 1e-9));
  if (isPresent) return state;
  const anew = <D extends { readonly arch: unknown }>(one: D) => ({ ...one, latencies: predictLatencies(problem, one.arch) });
  return { ...state, archive: state.archive.map(anew), pending: state.pending.map(anew) };
}
