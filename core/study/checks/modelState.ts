import { cpus } from 'node:os';
import { PocketformerError } from '../../base/errors.ts';
import { ortVersion } from '../../engine/ort/binding.ts';
import type { Judgement, Verdict } from '../../latency/checks/judge.ts';
import { verdictText } from '../../latency/checks/verdictText.ts';
import type { DeviceModel } from '../../latency/deviceModel.ts';
import { hostTitle } from '../../latency/profilers/host/hostProfiler.ts';
import { judgementOfModel } from './modelChecks.ts';

/** Whether a device model can still be relied on, as far as is known without measuring. */
export interface ModelState {
  readonly verdict: Verdict;
  /** A sentence. */
  readonly text: string;
  readonly judgement: Judgement | null;
}

/**
 * How a model stands by the list of measurements beside its file and, where it is of this machine, by the runtime that is
 * installed here now. Worked out anew each time; nothing of it is written down.
 * @param path of the model's own file; a model that ships has none, and was put to no test here
 */
export function modelState(model: DeviceModel, path: string | undefined): ModelState {
  const update = hostUpdate(model);
  let judgement: Judgement | undefined;
  try {
    judgement = path === undefined ? undefined : judgementOfModel(model, path);
  } catch (error) {
    // A damaged list does not take the model away, but it is no good sign either.
    if (!(error instanceof PocketformerError)) throw error;
    return { verdict: 'untested', text: `What was measured with this model cannot be read: ${error.message}`, judgement: null };
  }
  if (update !== undefined) return { verdict: 'stale', text: `The model is stale: ${update}. Calibrate again.`, judgement: judgement ?? null };
  if (judgement === undefined) return { verdict: 'untested', text: 'The model is untested: nothing that it predicted was measured afterwards.', judgement: null };
  return { verdict: judgement.verdict, text: verdictText(judgement), judgement };
}

/** Whether people should hear of it before they rely on the model. */
export const isDoubtful = ({ verdict }: Pick<ModelState, 'verdict'>): boolean => verdict === 'stale' || verdict === 'biased';

/** What changed on this machine since its calibration. */
function hostUpdate({ target }: DeviceModel): string | undefined {
  if (target?.runtime.name !== 'onnxruntime-node' || target.device !== hostTitle(cpus())) return undefined;
  const { version: calibrated } = target.runtime;
  const now = ortVersion();
  return calibrated === now ? undefined : `it was measured with onnxruntime-node ${calibrated ?? 'of an unknown version'}, and ${now} is installed here now`;
}
