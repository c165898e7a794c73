import { formatDuration, formatRate, ProgressEstimator } from './progress.ts';
import type { Progress } from './progress.ts';

/** Where progress is shown: `process.stderr`, or a stand-in. */
export interface ProgressOutput {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

export interface ProgressBarOptions {
  /** What is being done, in one or two words. */
  readonly label: string;
  readonly total: number;
  /** What an earlier run had done already. */
  readonly done?: number;
  /** Plural name of what is counted: "steps", "images". */
  readonly unit: string;
  readonly quiet?: boolean;
  readonly output?: ProgressOutput;
  readonly nowMs?: () => number;
}

const barRefreshMs = 100;
const lineEveryMs = 5000;
const barWidth = 24;

/**
 * Shows a long job's progress with rate and time left: one line redrawn on a terminal, a plain line every few seconds
 * otherwise (logs, CI), nothing when quiet.
 */
export class ProgressBar {
  readonly #options: ProgressBarOptions;
  readonly #output: ProgressOutput;
  readonly #nowMs: () => number;
  readonly #estimator: ProgressEstimator;
  #shownMs = -Infinity;
  #progress: Progress;
  #note = '';
  #isShown = false;
  #finished = false;

  constructor(options: ProgressBarOptions) {
    this.#options = options;
    this.#output = options.output ?? process.stderr;
    this.#nowMs = options.nowMs ?? (() => performance.now());
    const startMs = this.#nowMs();
    this.#estimator = new ProgressEstimator(options.total, startMs, { done: options.done });
    this.#progress = this.#estimator.update(options.done ?? 0, startMs);
    // A bar appears at once; the first plain line comes when there is something to tell.
    if (!this.#onTerminal) this.#shownMs = startMs;
  }

  /**
   * @param done units done so far in all.
   * @param note what else matters now, such as the loss.
   */
  update(done: number, note = ''): Progress {
    const nowMs = this.#nowMs();
    this.#progress = this.#estimator.update(done, nowMs);
    this.#note = note;
    this.#isShown = false;
    if (nowMs - this.#shownMs >= (this.#onTerminal ? barRefreshMs : lineEveryMs)) {
      this.#shownMs = nowMs;
      this.#show();
    }
    return this.#progress;
  }

  /** Prints a message without tearing the bar. */
  log(message: string): void {
    if (this.#options.quiet) return;
    if (!this.#onTerminal) {
      this.#output.write(`${message}\n`);
      return;
    }
    this.#output.write(`\r\u001b[2K${message}\n`);
    if (!this.#finished) this.#show();
  }

  /** Shows the last state once more and ends the line. Later calls do nothing. */
  finish(): void {
    if (this.#finished) return;
    if (!this.#isShown) this.#show();
    this.#finished = true;
    if (this.#onTerminal && !this.#options.quiet) this.#output.write('\n');
  }

  get #onTerminal(): boolean {
    return this.#output.isTTY === true;
  }

  #show(): void {
    if (this.#options.quiet || this.#finished) return;
    this.#isShown = true;
    if (!this.#onTerminal) {
      this.#output.write(`${this.#parts().join('  ')}\n`);
      return;
    }
    const [label, ...rest] = this.#parts();
    const filled = Math.round(this.#progress.fraction * barWidth);
    const line = [label, `[${'='.repeat(filled)}${' '.repeat(barWidth - filled)}]`, ...rest].join('  ');
    // A line that wraps cannot be redrawn in place.
    this.#output.write(`\r\u001b[2K${line.slice(0, Math.max(20, (this.#output.columns ?? 80) - 1))}`);
  }

  #parts(): string[] {
    const { done, total, fraction, ratePerSecond, remainingSeconds, elapsedSeconds } = this.#progress;
    const { label, unit } = this.#options;
    const parts = [
      label,
      `${Math.floor(fraction * 100)} %`,
      `${done.toLocaleString('en-US')}/${total.toLocaleString('en-US')} ${unit}`,
    ];
    if (ratePerSecond !== undefined) parts.push(`${formatRate(ratePerSecond)} ${unit}/s`);
    if (done >= total) parts.push(`took ${formatDuration(elapsedSeconds)}`);
    else if (remainingSeconds !== undefined) parts.push(`ETA ${formatDuration(remainingSeconds)}`);
    if (this.#note !== '') parts.push(this.#note);
    return parts;
  }
}
