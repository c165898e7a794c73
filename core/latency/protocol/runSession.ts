import { CancelledError, EnvironmentError, PocketformerError } from '../../base/errors.ts';
import { median } from '../measurements/statistics.ts';
import type { ModelToMeasure, Profiler } from '../profilers/profiler.ts';
import type { SessionEntry } from './entries.ts';
import type { MeasuringSession, Step } from './session.ts';
import { roundLength } from './settings.ts';

export interface SessionRun {
  readonly session: MeasuringSession;
  readonly models: readonly ModelToMeasure[];
  readonly reference?: ModelToMeasure;
  readonly profiler: Profiler;
  /** Keeps an entry; the session goes on when it is kept. */
  readonly append: (entry: SessionEntry) => Promise<void>;
  /** Told before each step and after each entry. */
  readonly onStep?: (step: Step) => void;
  readonly onEntry?: (entry: SessionEntry) => void;
  /** Ends early when the signal aborts. */
  readonly sleep: (seconds: number, signal?: AbortSignal) => Promise<void>;
  readonly signal?: AbortSignal;
}

/** Faults of a model rather than of the device. */
const modelFaults = ['wrong-output', 'model-refused', 'unmeasurable-model', 'profiler-crashed'];

/**
 * Does a session's steps until it is done.
 * @throws EnvironmentError `device-drifted` or `device-too-warm` when the device does not come to rest: what was measured
 * before is kept; CancelledError on request; anything that the profiler throws about the device or the reference model
 */
export async function runSession(run: SessionRun): Promise<void> {
  const { session, profiler, signal, sleep } = run;
  const { settings } = session.start;
  const length = roundLength(settings);
  const keep = async (entry: SessionEntry) => {
    await run.append(entry);
    session.add(entry);
    run.onEntry?.(entry);
  };
  const measured = async (model: ModelToMeasure) => {
    const before = await profiler.condition();
    const result = await profiler.measure(model, length);
    const after = await profiler.condition();
    return { ...result, round: { ...result.round, ...(isKnown(before) && { before }), ...(isKnown(after) && { after }) }, after };
  };
  const modelOf = (hash: string) => run.models.find(({ sha256 }) => sha256 === hash)!;
  // The profiler may be in the middle of a long run.
  const stop = () => void profiler.close();
  signal?.addEventListener('abort', stop);
  try {
    for (;;) {
      if (signal?.aborted) throw new CancelledError();
      const step = session.next();
      run.onStep?.(step);
      switch (step.kind) {
        case 'end':
          if (step.why === 'done') return;
          throw restless(step.why, session);
        case 'pause':
          await sleep(step.seconds, signal);
          if (signal?.aborted) throw new CancelledError();
          await keep({ type: 'pause', seconds: step.seconds, condition: await profiler.condition() });
          break;
        case 'reference': {
          const { round, after } = await measured(run.reference!);
          await keep({ type: 'reference', ...(round.startedAt && { at: round.startedAt }), medianMs: median(round.runsMs), condition: after });
          break;
        }
        case 'profile': {
          const blockTimes = await profiler.blockTimes?.(modelOf(step.model), step.runs);
          await keep({ type: 'profile', model: step.model, ...(blockTimes && { blockTimes }) });
          break;
        }
        case 'round': {
          const model = modelOf(step.model);
          try {
            const { round, outputs } = await measured(model);
            await keep({ type: 'round', model: model.sha256, round, ...(outputs && { outputs }) });
          } catch (error) {
            if (signal?.aborted || !(error instanceof PocketformerError) || !modelFaults.includes(error.code)) throw error;
            await keep({ type: 'failed', model: model.sha256, code: error.code, message: error.message });
          }
        }
      }
    }
  } catch (error) {
    throw signal?.aborted ? new CancelledError() : error;
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}

const isKnown = (condition: object) => Object.keys(condition).length > 0;

function restless(why: 'drift' | 'warmth', { drift, isStarted, condition, start: { settings } }: MeasuringSession): EnvironmentError {
  const pauses = `also after ${settings.coolDowns} pauses of ${settings.coolDownSeconds} s`;
  if (why === 'warmth') {
    return new EnvironmentError('device-too-warm', `The device stays at ${condition.temperatureC} °C, above ${settings.maxTemperatureC} °C. `
      + 'What was measured before is kept; let it cool down, and call the same command again.');
  }
  if (!isStarted) {
    return new EnvironmentError('device-drifted', `The reference model did not take the same time twice, within ${(100 * settings.maxDrift).toFixed(0)} %, ${pauses}, so nothing `
      + 'was measured; close other programs, let the device cool down, and call the same command again.');
  }
  return new EnvironmentError('device-drifted', `The reference model takes ${drift.toFixed(2)} times what it took at the start of the session, ${pauses}. What was `
    + 'measured before is kept; close other programs, let the device cool down, and call the same command again, or begin a new session if it began in a bad moment.');
}
