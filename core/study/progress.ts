/** A job's progress at one moment. */
export interface Progress {
  readonly done: number;
  readonly total: number;
  /** 0 to 1. */
  readonly fraction: number;
  readonly elapsedSeconds: number;
  /** Recent speed; undefined until something was done. */
  readonly ratePerSecond: number | undefined;
  /** Time left at that speed; undefined while the speed is unknown. */
  readonly remainingSeconds: number | undefined;
}

interface Sample {
  readonly done: number;
  readonly timeMs: number;
}

/** Longer than any stretch between two looks, by this factor and by the window, is a pause (Ctrl-Z, a computer that slept). */
const pauseFactor = 20;

/**
 * Estimates speed and time left from the work done in a recent stretch of time, so that a slow start (reading files,
 * warming up) is forgotten, as is a pause once the work goes on. The caller brings the clock; any monotonic milliseconds will do.
 */
export class ProgressEstimator {
  readonly total: number;
  readonly #windowMs: number;
  readonly #startMs: number;
  /** Oldest first; the first one is the last before the window, or the start. */
  #samples: Sample[];

  /** @param options.done what an earlier run had done already; it does not count as speed. */
  constructor(total: number, startMs: number, options: { done?: number; windowMs?: number } = {}) {
    this.total = total;
    this.#windowMs = options.windowMs ?? 30_000;
    this.#startMs = startMs;
    this.#samples = [{ done: options.done ?? 0, timeMs: startMs }];
  }

  /** @param done units of work done so far in all, not since the last call. */
  update(done: number, nowMs: number): Progress {
    const newest = this.#samples[this.#samples.length - 1];
    if (done > newest.done) this.#forgetPause(nowMs);
    // Fast jobs call this thousands of times a second; a hundred samples a window are enough.
    const isDense = this.#samples.length > 1
      && nowMs - this.#samples[this.#samples.length - 2].timeMs < this.#windowMs / 100;
    if (isDense) this.#samples.pop();
    if (done !== newest.done || isDense) this.#samples.push({ done, timeMs: nowMs });
    while (this.#samples.length > 2 && this.#samples[1].timeMs <= nowMs - this.#windowMs) this.#samples.shift();

    const oldest = this.#samples[0];
    const seconds = (nowMs - oldest.timeMs) / 1000;
    const ratePerSecond = done > oldest.done && seconds > 0 ? (done - oldest.done) / seconds : undefined;
    return {
      done,
      total: this.total,
      fraction: this.total > 0 ? Math.min(1, done / this.total) : 1,
      elapsedSeconds: (nowMs - this.#startMs) / 1000,
      ratePerSecond,
      remainingSeconds: done >= this.total ? 0 : ratePerSecond && (this.total - done) / ratePerSecond,
    };
  }

  #forgetPause(nowMs: number): void {
    const stretchesMs = this.#samples.slice(1).map(({ timeMs }, i) => timeMs - this.#samples[i].timeMs);
    if (stretchesMs.length === 0) return;
    const longestMs = Math.max(...stretchesMs);
    const pauseMs = nowMs - this.#samples[this.#samples.length - 1].timeMs;
    if (pauseMs <= this.#windowMs || pauseMs <= pauseFactor * longestMs) return;
    this.#samples = this.#samples.map(({ done, timeMs }) => ({ done, timeMs: timeMs + pauseMs - longestMs }));
  }
}

/** "0:07", "12:30", "1:02:30". */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const twoDigits = (value: number) => String(value).padStart(2, '0');
  const minutes = Math.floor(whole / 60) % 60;
  const hours = Math.floor(whole / 3600);
  return hours > 0
    ? `${hours}:${twoDigits(minutes)}:${twoDigits(whole % 60)}`
    : `${minutes}:${twoDigits(whole % 60)}`;
}

/** Three significant digits, or whole numbers with separators from 1000 on: "0.0123", "8.53", "12,345". */
export function formatRate(perSecond: number): string {
  if (perSecond >= 1000) return Math.round(perSecond).toLocaleString('en-US');
  return String(Number(perSecond.toPrecision(3)));
}
