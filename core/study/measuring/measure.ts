import type { Measurement } from '../../latency/measurements/record.ts';
import type { ModelToMeasure, Profiler } from '../../latency/profilers/profiler.ts';
import type { SessionEntry } from '../../latency/protocol/entries.ts';
import { restartText, type MeasuringSession, type Step } from '../../latency/protocol/session.ts';
import type { PauseGate } from '../run/pauseGate.ts';
import { measureModels } from './measureModels.ts';
import type { MeasuringPage, MeasuringSettings } from './measuringTask.ts';
import { modelOfFile, modelsOfFolder } from './modelFiles.ts';
import { referenceModel } from './referenceModel.ts';
import { requireSessionFolder } from './sessionFolder.ts';
import { startProfiler, type ProfilerChoice } from './startProfiler.ts';

export interface MeasureHooks {
  readonly signal: AbortSignal;
  readonly gate: PauseGate;
  readonly onProgress: (progress: { readonly done: number; readonly total: number; readonly unit: string; readonly note?: string }) => void;
  readonly log: (text: string, level: 'info' | 'warning') => void;
  readonly onPage: (page: MeasuringPage) => void;
}

/** What a session has brought, for whoever waits for it; its folder tells everything. */
export interface MeasuredSession {
  readonly measured: number;
  readonly failed: number;
  /** Measurements whose rounds disagree. */
  readonly doubtful: number;
}

/**
 * Measures files in a session that a folder keeps, or goes on with it, for the window's sake: it can be paused between
 * rounds, and the phone's address is told to the person alone.
 * @throws as `modelsOfFolder`, `modelOfFile`, `startProfiler` and `measureModels`; CancelledError on request
 */
export async function measure(task: MeasuringSettings, hooks: MeasureHooks): Promise<MeasuredSession> {
  const { out, settings, seed } = task;
  const { signal, log } = hooks;
  const models = await modelsAt(task.models);
  await requireSessionFolder(out);
  const reference = await referenceModel(out);
  // What was exported before is no measure of how far this is.
  hooks.onProgress({ done: 0, total: models.length * settings.rounds, unit: 'rounds', note: 'waiting for the device' });
  const page: OpenPage = {};
  const profiler = await startProfiler(profilerChoice(task, reference, page, hooks));
  // It resolves when a phone has opened the page.
  if (page.address) hooks.onPage({ ...page.address, isOpened: true });
  try {
    log(`Measuring ${models.length} models on ${profiler.target.device}`, 'info');
    const reports = sessionReports(models, hooks);
    const onEntry = (entry: SessionEntry, session: MeasuringSession) => {
      reports.onEntry(entry, session);
      profiler.showProgress?.(session.progress.done, session.progress.total);
    };
    const { measurements, failures } = await measureModels(models, reference, out, {
      profiler: pausing(profiler, hooks), settings, seed, signal, onEntry, onStep: reports.onStep,
    });
    const doubtful = measurements.filter(({ flags }: Measurement) => flags.includes('rounds-disagree')).length;
    return { measured: measurements.length, failed: failures.length, doubtful };
  } finally {
    await profiler.close();
  }
}

/** @param models a folder with a manifest, or paths of files. @throws as `modelsOfFolder` and `modelOfFile` */
export async function modelsAt(models: string | readonly string[]): Promise<ModelToMeasure[]> {
  if (typeof models === 'string') return modelsOfFolder(models);
  const found: ModelToMeasure[] = [];
  // A file that is listed twice is measured once.
  for (const path of models) {
    const model = await modelOfFile(path);
    if (!found.some(({ sha256 }) => sha256 === model.sha256)) found.push(model);
  }
  return found;
}

/** Filled when there is an address. */
export interface OpenPage {
  address?: Omit<MeasuringPage, 'isOpened'>;
}

/** What a way of measuring needs to begin; a page's address is told and kept. */
export function profilerChoice(
  { on, told, threads, processors }: Pick<MeasuringSettings, 'on' | 'told' | 'threads' | 'processors'>, probe: ModelToMeasure, page: OpenPage, { signal, log, onPage }: MeasureHooks,
): ProfilerChoice {
  const common = { threads, affinity: processors, probe, told };
  if (on.way !== 'browser') return { ...common, ...on };
  const { network, ...rest } = on;
  return {
    ...common, ...rest, address: network ? '0.0.0.0' : undefined, signal,
    onAddress: ({ url, port, fingerprint }) => {
      page.address = { url, port, ...(fingerprint !== undefined && { fingerprint }) };
      onPage({ ...page.address, isOpened: false });
    },
    onNote: (line) => log(line, 'info'),
  };
}

/** Waits between rounds while the person wants it; what a device did meanwhile shows in the reference model. */
export function pausing(profiler: Profiler, { gate, signal }: MeasureHooks): Profiler {
  return {
    ...profiler,
    async measure(model, length) {
      await gate.pass(signal);
      return profiler.measure(model, length);
    },
  };
}

/** What a session's steps and entries are to the person who watches. */
export function sessionReports(models: readonly ModelToMeasure[], hooks: MeasureHooks) {
  let restarts = 0;
  return {
    onEntry: (entry: SessionEntry, session: MeasuringSession) => {
      if (session.restarts > restarts) hooks.log(restartText, 'warning');
      restarts = session.restarts;
      tell(entry, session, models, hooks);
    },
    onStep: (step: Step, session: MeasuringSession) => {
      if (step.kind === 'pause') hooks.log(pauseText(step, session), 'warning');
    },
  };
}

function tell(entry: SessionEntry, session: MeasuringSession, models: readonly ModelToMeasure[], { onProgress, log }: MeasureHooks): void {
  const { done, total } = session.progress;
  const name = 'model' in entry ? models.find(({ sha256 }) => sha256 === entry.model)?.name : undefined;
  if (entry.type === 'failed') log(entry.message, 'warning');
  const drift = session.isStarted ? `, drift ${(100 * (session.drift - 1)).toFixed(1)} %` : '';
  onProgress({ done: Math.min(done, total), total, unit: 'rounds', note: `round ${Math.min(done, total)} of ${total}${name === undefined ? '' : `, ${name}`}${drift}` });
}

function pauseText({ seconds, why }: { readonly seconds: number; readonly why: 'drift' | 'warmth' }, { drift, condition }: MeasuringSession): string {
  if (why === 'warmth') return `The device is at ${condition.temperatureC} °C; pausing ${seconds} s.`;
  return `The reference model takes ${(100 * Math.abs(drift - 1)).toFixed(1)} % ${drift > 1 ? 'longer' : 'less time'} than at first; pausing ${seconds} s.`;
}
