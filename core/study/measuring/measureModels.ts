import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { PocketformerError } from '../../base/errors.ts';
import type { Measurement } from '../../latency/measurements/record.ts';
import type { ModelToMeasure, Profiler } from '../../latency/profilers/profiler.ts';
import type { FailedEntry, SessionEntry, SessionStart } from '../../latency/protocol/entries.ts';
import { measurementOf } from '../../latency/protocol/measurementOf.ts';
import { runSession } from '../../latency/protocol/runSession.ts';
import { MeasuringSession, type Step } from '../../latency/protocol/session.ts';
import type { ProtocolSettings } from '../../latency/protocol/settings.ts';
import { writeFileAtomic } from '../files.ts';
import { openSession, sessionPaths } from './sessionFolder.ts';

export interface MeasuringHooks {
  readonly onStep?: (step: Step, session: MeasuringSession) => void;
  readonly onEntry?: (entry: SessionEntry, session: MeasuringSession) => void;
  readonly signal?: AbortSignal;
}

export interface MeasuredModels {
  readonly measurements: readonly Measurement[];
  /** Models that the device cannot run, or computes wrongly. */
  readonly failures: readonly FailedEntry[];
}

interface Measuring extends MeasuringHooks {
  readonly profiler: Profiler;
  readonly settings: ProtocolSettings;
  readonly seed: number;
}

/**
 * Measures one model without a reference model: its rounds only have to agree with each other. Keeps nothing.
 * @throws whatever is wrong with the model, as the profiler does
 */
export async function measureModel(model: ModelToMeasure, { profiler, settings, seed, ...hooks }: Measuring): Promise<Measurement> {
  const session = new MeasuringSession(startOf([model], undefined, { profiler, settings, seed }));
  await runSession({ session, models: [model], profiler, append: async () => undefined, sleep, ...bound(hooks, session) });
  const [failure] = session.failures;
  if (failure) throw new PocketformerError(failure.code, failure.message);
  return measurementOf(model, session, profiler.way)!;
}

/**
 * Measures a set of models in a session that a folder keeps, or goes on with it. The folder's measurements are written
 * whenever the session ends, whyever it does.
 * @throws as `openSession` and `runSession`
 */
export async function measureModels(
  models: readonly ModelToMeasure[], reference: ModelToMeasure, folder: string, { profiler, settings, seed, ...hooks }: Measuring,
): Promise<MeasuredModels> {
  const { session, append, close } = await openSession(folder, startOf(models, reference, { profiler, settings, seed }));
  try {
    try {
      await runSession({ session, models, reference, profiler, append, sleep, ...bound(hooks, session) });
    } finally {
      await writeMeasurements(folder, models, session, profiler.way);
    }
    return resultOf(models, session, profiler.way);
  } finally {
    close();
  }
}

const sleep = (seconds: number, signal?: AbortSignal) => delay(1000 * seconds, undefined, { signal }).catch((error: unknown) => {
  if (!signal?.aborted) throw error;
});

function startOf(models: readonly ModelToMeasure[], reference: ModelToMeasure | undefined, { profiler, settings, seed }: Measuring): SessionStart {
  return {
    type: 'session', id: randomUUID(), startedAt: new Date().toISOString(), seed, target: profiler.target, settings,
    models: models.map(({ sha256 }) => sha256), ...(reference && { reference: reference.sha256 }),
  };
}

function bound({ onStep, onEntry, signal }: MeasuringHooks, session: MeasuringSession) {
  return { onStep: (step: Step) => onStep?.(step, session), onEntry: (entry: SessionEntry) => onEntry?.(entry, session), signal };
}

function resultOf(models: readonly ModelToMeasure[], session: MeasuringSession, way: Profiler['way']): MeasuredModels {
  const measurements = models.map((model) => measurementOf(model, session, way)).filter((each) => each !== undefined);
  return { measurements, failures: session.failures };
}

async function writeMeasurements(folder: string, models: readonly ModelToMeasure[], session: MeasuringSession, way: Profiler['way']): Promise<void> {
  const { measurements, failures } = resultOf(models, session, way);
  const paths = sessionPaths(folder);
  await writeFileAtomic(paths.measurements, measurements.map((each) => `${JSON.stringify(each)}\n`).join(''));
  if (failures.length > 0) await writeFileAtomic(paths.failures, `${JSON.stringify(failures, undefined, 1)}\n`);
}
