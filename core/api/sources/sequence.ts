/**
 * Numbers for events that are not numbered by themselves. They begin at the clock's microseconds, so that a core that was
 * started again goes on above the numbers of the one before it, which clients may still know.
 */
export class Sequence {
  #last = Date.now() * 1000;

  next(): number {
    return ++this.#last;
  }

  get last(): number {
    return this.#last;
  }
}
