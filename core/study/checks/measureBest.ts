import { InputError } from '../../base/errors.ts';
import { check, type Check } from '../../latency/checks/checks.ts';
import { differenceWords, matchTarget, type TargetMatch } from '../../latency/checks/matchTarget.ts';
import { targetTitle } from '../../latency/measurements/target.ts';
import type { ModelToMeasure, Profiler } from '../../latency/profilers/profiler.ts';
import type { FailedEntry } from '../../latency/protocol/entries.ts';
import type { ProtocolSettings } from '../../latency/protocol/settings.ts';
import type { StudyDescription } from '../folder.ts';
import { measureModels, type MeasuringHooks } from '../measuring/measureModels.ts';
import { referenceModel } from '../measuring/referenceModel.ts';
import { requireSessionFolder } from '../measuring/sessionFolder.ts';
import { keepModelChecks } from './modelChecks.ts';
import { following, nextSessionFolder } from './sessions.ts';
import type { StudyDeviceFile } from './studyDevice.ts';

export interface MeasuringOfBest extends MeasuringHooks {
  readonly models: readonly ModelToMeasure[];
  readonly settings: ProtocolSettings;
  readonly seed: number;
  /** @param probe a model to try the way of measuring with */
  readonly startProfiler: (probe: ModelToMeasure) => Promise<Profiler>;
  /** Measures on a target that the device model does not speak for as well; such measurements are kept, and never judged or fitted with others. */
  readonly allowsOtherTarget: boolean;
  /** Told of the way of measuring before it begins. */
  readonly onStart?: (profiler: Profiler, folder: string, match: TargetMatch | undefined) => void;
}

export interface MeasuredBest {
  /** Of the session. */
  readonly folder: string;
  /** Undefined where the device model does not tell its target. */
  readonly match: TargetMatch | undefined;
  readonly checks: readonly Check[];
  readonly failures: readonly FailedEntry[];
}

/**
 * Measures models of a study in a session inside the study, or goes on with the one that waits there, after a look at
 * whether the way of measuring is the one that the device model speaks for. What fits the model's target is also added
 * to the list beside the model's file.
 * @throws InputError `other-target`; as `measureModels` and what starts the profiler
 */
export async function measureBest(
  study: Pick<StudyDescription, 'paths' | 'settings'>, device: StudyDeviceFile,
  { models, settings, seed, startProfiler, allowsOtherTarget, onStart, ...hooks }: MeasuringOfBest,
): Promise<MeasuredBest> {
  const { folder: next } = await nextSessionFolder(study, device.name, models, settings, seed);
  const reference = await referenceIn(next);
  const profiler = await startProfiler(reference);
  try {
    const match = requireTarget(device, profiler, models, allowsOtherTarget);
    const onEntry: MeasuringHooks['onEntry'] = (entry, session) => {
      hooks.onEntry?.(entry, session);
      profiler.showProgress?.(session.progress.done, session.progress.total);
    };
    const measureIn = async (folder: string) => {
      onStart?.(profiler, folder, match);
      return { folder, ...await measureModels(models, await referenceIn(folder), folder, { profiler, settings, seed, ...hooks, onEntry }) };
    };
    const { folder, measurements, failures } = await measureIn(next).catch((error: unknown) => {
      // The session that waits there is of another device or setting, and stays as it is.
      if (error instanceof InputError && error.code === 'other-session') return measureIn(following(next));
      throw error;
    });
    if (device.path !== undefined && match?.foreign.length === 0) await keepModelChecks(device.path, measurements);
    return { folder, match, checks: measurements.map((measurement) => check(device.model, measurement)), failures };
  } finally {
    await profiler.close();
  }
}

async function referenceIn(folder: string): Promise<ModelToMeasure> {
  await requireSessionFolder(folder);
  return referenceModel(folder);
}

/** Before anything is measured: afterwards it would be a pity. */
function requireTarget({ name, model }: StudyDeviceFile, profiler: Profiler, models: readonly ModelToMeasure[], allowsOther: boolean): TargetMatch | undefined {
  const target = { ...profiler.target, precision: models[0].precision };
  const match = matchTarget(model, target);
  if (allowsOther || match?.foreign.length === 0) return match;
  const why = match === undefined
    ? `${name} is a model of a published table (${model.runtime.name}) and does not tell the exact device and settings`
    : `${name} speaks for ${targetTitle(model.target!)}, but this is ${targetTitle(target)}: ${differenceWords(match.foreign)}`;
  throw new InputError('other-target', `${why}. Measure as the model was measured; it can neither be judged by other measurements nor fitted to them.`);
}
