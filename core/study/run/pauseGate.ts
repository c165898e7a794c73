/**
 * Lets a run be paused. The run waits in `pass` at its safe points while the gate is closed: it keeps its memory and
 * takes no processor time, and the time that it waits is left out of `workedMs`.
 */
export class PauseGate {
  readonly #onChange: (isWaiting: boolean) => void;
  #opened: Promise<void> | undefined;
  #open: () => void = () => undefined;
  #waitedMs = 0;
  #waitingSinceMs: number | undefined;

  /** @param onChange told when the run begins to wait, and when it goes on. */
  constructor(onChange: (isWaiting: boolean) => void = () => undefined) {
    this.#onChange = onChange;
  }

  /** The run waits from its next safe point on. */
  pause(): void {
    this.#opened ??= new Promise((resolve) => { this.#open = resolve; });
  }

  unpause(): void {
    this.#opened = undefined;
    this.#open();
  }

  /** Waits while the gate is closed and the signal allows. */
  async pass(signal?: AbortSignal): Promise<void> {
    if (this.#opened === undefined || signal?.aborted) return;
    this.#waitingSinceMs = performance.now();
    this.#onChange(true);
    let aborted!: () => void;
    const abort = new Promise<void>((resolve) => { aborted = resolve; });
    signal?.addEventListener('abort', aborted);
    while (this.#opened !== undefined && !signal?.aborted) await Promise.race([this.#opened, abort]);
    signal?.removeEventListener('abort', aborted);
    this.#waitedMs += performance.now() - this.#waitingSinceMs;
    this.#waitingSinceMs = undefined;
    this.#onChange(false);
  }

  /** Monotonic milliseconds that stand still while the run waits. */
  workedMs(): number {
    return (this.#waitingSinceMs ?? performance.now()) - this.#waitedMs;
  }
}
