export function timerStep(now: () => number, steps?: number): number;

export function timeRuns(run: () => unknown, length: { readonly runs: number; readonly seconds: number }, options: {
  readonly now: () => number;
  readonly stepMs: number;
  readonly pause: () => unknown;
  readonly maxRuns?: number;
}): Promise<{ samplesMs: number[]; runs: number }>;
