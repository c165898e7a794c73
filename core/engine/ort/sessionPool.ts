/** Idle worker threads that all sessions of an engine may keep between them; systems refuse a few thousand. */
const maxThreads = 1024;
/** A session takes about a megabyte beside its threads. */
const maxSessions = 512;

/**
 * The native sessions of an engine, of which the least recently used are let go: every session owns a thread pool and
 * memory for as long as it exists.
 */
export class SessionPool<S extends { dispose(): void }> {
  readonly capacity: number;
  readonly #sessions = new Map<object, S>();

  /** @param threads of each session, the calling one included */
  constructor(threads: number, capacity = Math.min(maxSessions, Math.floor(maxThreads / Math.max(1, threads - 1)))) {
    this.capacity = capacity;
  }

  /** Number of sessions that exist. */
  get size(): number {
    return this.#sessions.size;
  }

  /** The owner's session, made when it has none (any more). */
  take(owner: object, create: () => S): S {
    let session = this.#sessions.get(owner);
    if (session) this.#sessions.delete(owner);
    else {
      while (this.#sessions.size >= this.capacity) this.release(this.#sessions.keys().next().value!);
      session = create();
    }
    this.#sessions.set(owner, session);
    return session;
  }

  /** Lets the owner's session go, if it has one. */
  release(owner: object): void {
    this.#sessions.get(owner)?.dispose();
    this.#sessions.delete(owner);
  }
}
