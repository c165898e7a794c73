import type { Phase } from '../eventTypes.ts';
import type { PauseGate } from './pauseGate.ts';

/** What a running study tells, and what it obeys. */
export interface RunHooks {
  /** Work done so far in a phase, `total` units in all. */
  readonly onProgress?: (progress: PhaseProgress) => void;
  /** A sentence worth showing once. */
  readonly onMessage?: (message: string, level: 'info' | 'warning') => void;
  /** Ends the run at the next safe point, with everything saved. */
  readonly signal?: AbortSignal;
  /** Where the run waits at safe points while it is paused. */
  readonly gate?: PauseGate;
}

export interface PhaseProgress {
  readonly phase: Phase;
  readonly done: number;
  readonly total: number;
  /** Plural name of what is counted. */
  readonly unit: string;
  /** What else matters now, such as the loss. */
  readonly note?: string;
}

/** Between two stretches of computing: lets timers, signals and messages through, and waits while the run is paused. */
export async function safePoint({ gate, signal }: RunHooks): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  await gate?.pass(signal);
}

/** Monotonic milliseconds of work; pauses do not count. */
export function workedMs({ gate }: RunHooks): number {
  return gate?.workedMs() ?? performance.now();
}
