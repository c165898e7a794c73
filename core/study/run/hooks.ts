import type { Phase } from '../eventTypes.ts';

/** What a running study tells, and what it obeys. */
export interface RunHooks {
  /** Work done so far in a phase, `total` units in all. */
  readonly onProgress?: (progress: PhaseProgress) => void;
  /** A sentence worth showing once. */
  readonly onMessage?: (message: string) => void;
  /** Ends the run at the next safe point, with everything saved. */
  readonly signal?: AbortSignal;
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

/** Lets timers, signals and messages through between two stretches of computing. */
export function breathe(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
