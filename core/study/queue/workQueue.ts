/**
 * What does one kind of work on architectures: threads of this process (the default), or workers that joined from any
 * machine (`redis/`). Whoever scores or evaluates hands in portions and knows no more than this.
 */
export interface WorkQueue<Result> {
  /** Portions that are worked on at the same time; a guess where workers come and go. */
  readonly width: number;
  /** Portions that are handed in before the first of them must be done: with more than `width`, nobody waits for the next one. */
  readonly ahead: number;
  /** Architectures of a portion, at least and at most. */
  readonly portion: PortionSize;
  /** What became of some architectures, in their order. @throws what the work throws */
  submit(archs: readonly unknown[]): Promise<DonePortion<Result>>;
  /** Lets go of everything; portions that somebody waits for never come. */
  close(): Promise<void>;
}

export interface PortionSize {
  readonly least: number;
  readonly most: number;
}

export interface DonePortion<Result> {
  readonly results: readonly Result[];
  /** How long it took whoever did it, without waiting. */
  readonly ms: number;
}
