/** The clock and scheduler of a window; tests bring their own. */
export interface Scheduler {
  now(): number;
  /** Runs the task after so many milliseconds; returns what takes it back. */
  after(milliseconds: number, task: () => void): () => void;
}

export const windowScheduler: Scheduler = {
  now: () => performance.now(),
  after(milliseconds, task) {
    const timer = setTimeout(task, milliseconds);
    return () => clearTimeout(timer);
  },
};

const leastMs = 100;
const mostMs = 3000;
/** The share of the time that drawing may take. */
const busyShare = 0.25;

/**
 * Draws after changes, at most ten times a second, and less often when drawing takes long: a window that follows a long
 * history stays free for the pointer.
 */
export class Pace {
  readonly #draw: () => void;
  readonly #scheduler: Scheduler;
  #intervalMs = leastMs;
  #lastMs = Number.NEGATIVE_INFINITY;
  #cancel: (() => void) | undefined;

  constructor(draw: () => void, scheduler: Scheduler = windowScheduler) {
    this.#draw = draw;
    this.#scheduler = scheduler;
  }

  get intervalMs(): number {
    return this.#intervalMs;
  }

  /** Something changed: draw when it is time. */
  request(): void {
    if (this.#cancel) return;
    const waitMs = Math.max(0, this.#lastMs + this.#intervalMs - this.#scheduler.now());
    this.#cancel = this.#scheduler.after(waitMs, () => {
      this.#cancel = undefined;
      this.#lastMs = this.#scheduler.now();
      this.#draw();
    });
  }

  /** Says how long the window was busy with the last drawing. */
  took(milliseconds: number): void {
    this.#intervalMs = Math.min(mostMs, Math.max(leastMs, milliseconds / busyShare));
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }
}
