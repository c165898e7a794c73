import { resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { PocketformerError } from '../../base/errors.ts';
import { AdbPhone, attachedPhones, localServer, phoneRemedy } from '../../latency/profilers/adb/adbClient.ts';
import { readCondition, readFacts } from '../../latency/profilers/adb/phoneFacts.ts';
import { targetTitle } from '../../latency/measurements/target.ts';
import type { JobTaskInput } from '../../study/jobs/messages.ts';
import { wayWords } from '../../study/measuring/measuringTask.ts';
import type { SessionState } from '../../study/measuring/sessionFollower.ts';
import type { OutputOf, ParsedInputOf } from '../contract/contract.ts';
import type { MeasuringState } from '../contract/types.ts';

type Phone = NonNullable<OutputOf<'measuring.phones'>['phones']>[number];

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
    return {
      phones: await Promise.all(phones.map(async ({ serial, state, facts }) => ({
        serial, state, model: facts.model?.replaceAll('_', ' ') ?? null, remedy: phoneRemedy(state) ?? null, facts: state === 'device' ? await phoneFacts(serial) : null,
      }))),
      failure: null,
    };
  } catch (error) {
    if (!(error instanceof PocketformerError)) throw error;
    return { phones: null, failure: { code: error.code, message: error.message } };
  }
}

/** Phones that hang are listed all the same. */
const patienceMs = 4000;

async function phoneFacts(serial: string): Promise<Phone['facts']> {
  const asked = (async () => {
    const phone = await AdbPhone.find(serial, localServer());
    const { device, systemOnChip = null, operatingSystem, clocksKHz } = await readFacts(phone);
    return { device, systemOnChip, operatingSystem, processors: clocksKHz.size, condition: await readCondition(phone) };
  })().catch((error: unknown) => {
    if (error instanceof PocketformerError) return null;
    throw error;
  });
  return Promise.race([asked, delay(patienceMs, null, { ref: false })]);
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
