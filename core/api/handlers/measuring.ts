import { resolve } from 'node:path';
import { PocketformerError } from '../../base/errors.ts';
import { attachedPhones, localServer } from '../../latency/profilers/adb/adbClient.ts';
import { targetTitle } from '../../latency/measurements/target.ts';
import type { JobTaskInput } from '../../study/jobs/messages.ts';
import { wayWords } from '../../study/measuring/measuringTask.ts';
import type { SessionState } from '../../study/measuring/sessionFollower.ts';
import type { OutputOf, ParsedInputOf } from '../contract/contract.ts';
import type { MeasuringState } from '../contract/types.ts';

/** What a process does for it, and what its job is called. */
export function measuringTask({ title, ...measuring }: ParsedInputOf<'measuring.start'>): { task: JobTaskInput; title: string } {
  const { models, out } = measuring;
  return {
    task: { ...measuring, kind: 'measure', models: typeof models === 'string' ? resolve(models) : models.map((path) => resolve(path)), out: resolve(out) },
    title: title ?? `Measuring on ${wayWords(measuring.on)}`,
  };
}

export async function listPhones(): Promise<OutputOf<'measuring.phones'>> {
  try {
    const phones = await attachedPhones(localServer());
    return { phones: phones.map(({ serial, state, facts }) => ({ serial, state, model: facts.model?.replaceAll('_', ' ') ?? null })), failure: null };
  } catch (error) {
    if (!(error instanceof PocketformerError)) throw error;
    return { phones: null, failure: { code: error.code, message: error.message } };
  }
}

/** @param names of the models, by SHA-256 */
export function measuringView(
  { start, done, total, isStarted, isFinished, resumed, lastAt, references, conditions, rejected, pauses, failures }: SessionState, names: ReadonlyMap<string, string>,
): MeasuringState {
  const nameOf = (sha256: string) => names.get(sha256) ?? sha256.slice(0, 8);
  const { rounds: perModel, maxDrift, maxSpread, coolDownSeconds, maxTemperatureC } = start.settings;
  return {
    startedAt: start.startedAt, lastAt: lastAt ?? null, target: targetTitle(start.target),
    models: start.models.length, done, total, rounds: { perModel, maxDrift, maxSpread, coolDownSeconds, maxTemperatureC }, isStarted, isFinished, resumed,
    references: [...references], conditions: [...conditions], pauses: [...pauses],
    rejected: rejected.map(({ models, ...rest }) => ({ ...rest, models: models.map(nameOf) })),
    failures: failures.map(({ model, code, message }) => ({ model: nameOf(model), code, message })),
  };
}
