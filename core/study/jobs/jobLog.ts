import type { LogLevel } from './messages.ts';

export interface LogLine {
  /** Grows by one from line to line of a job. */
  readonly seq: number;
  /** ISO 8601. */
  readonly time: string;
  readonly level: LogLevel;
  readonly text: string;
}

/** The last lines that a job said. */
export class JobLog {
  readonly #limit: number;
  #lines: LogLine[] = [];
  #lastSeq = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get lastSeq(): number {
    return this.#lastSeq;
  }

  append(level: LogLevel, text: string, time = new Date().toISOString()): void {
    this.#lines.push({ seq: ++this.#lastSeq, time, level, text });
    // Cut rarely, so that a line costs the same however many are kept.
    if (this.#lines.length >= 2 * this.#limit) this.#lines = this.#lines.slice(-this.#limit);
  }

  /** Lines after a number, oldest first, as far as they are still kept. */
  after(seq: number): readonly LogLine[] {
    const kept = Math.min(this.#limit, this.#lines.length, Math.max(0, this.#lastSeq - seq));
    return kept === 0 ? [] : this.#lines.slice(-kept);
  }
}
