import { ProgressEstimator } from '../progress.ts';
import type { PauseGate } from '../run/pauseGate.ts';
import type { JobProgress } from './messages.ts';

/** Work done in one stretch of a task, `total` units in all. */
export type TaskProgress = Pick<JobProgress, 'phase' | 'done' | 'total' | 'unit' | 'note'>;

const intervalMs = 100;

/** Adds speed, time left and memory to reports of progress, and lets at most ten of them a second through. */
export class ProgressReporter {
  readonly #gate: PauseGate;
  readonly #report: (progress: JobProgress) => void;
  #stretch: string | undefined;
  #estimator: ProgressEstimator | undefined;
  #reportedMs = -Infinity;
  #waiting: JobProgress | undefined;

  constructor(gate: PauseGate, report: (progress: JobProgress) => void) {
    this.#gate = gate;
    this.#report = report;
  }

  update(progress: TaskProgress): void {
    const { phase, done, total, unit } = progress;
    const nowMs = this.#gate.workedMs();
    const stretch = `${phase}/${unit}/${total}`;
    const isNew = stretch !== this.#stretch;
    if (isNew || !this.#estimator) {
      this.finish();
      this.#stretch = stretch;
      // What was done before the first report may have been done by an earlier run, so it does not count as speed.
      this.#estimator = new ProgressEstimator(total, nowMs, { done });
    }
    const { ratePerSecond, remainingSeconds } = this.#estimator.update(done, nowMs);
    this.#waiting = { ...progress, ratePerSecond, remainingSeconds, memoryBytes: process.memoryUsage.rss() };
    if (isNew || done >= total || nowMs - this.#reportedMs >= intervalMs) this.finish();
  }

  /** Reports what has not been reported yet. */
  finish(): void {
    if (!this.#waiting) return;
    this.#reportedMs = this.#gate.workedMs();
    this.#report(this.#waiting);
    this.#waiting = undefined;
  }
}
