import { Worker } from 'node:worker_threads';
import { EnvironmentError } from '../../base/errors.ts';
import type { Score } from '../../scoring/score.ts';
import { errorOf } from '../../base/failure.ts';
import type { DonePortion } from '../queue/workQueue.ts';
import type { ScorerOptions } from './scorer.ts';
import type { ScoreReply, ScoreRequest } from './threadMessages.ts';

/** For each architecture its scores in the order of the plan's proxies. */
type Scores = DonePortion<readonly Score[]>;

interface Waiting {
  readonly resolve: (scores: Scores) => void;
  readonly reject: (error: Error) => void;
}

interface Thread {
  readonly worker: Worker;
  readonly waiting: Map<number, Waiting>;
}

/** Threads that score architectures, each with an engine of its own. */
export class ScoringThreads {
  readonly #threads: readonly Thread[];
  #nextId = 0;
  #failure: Error | undefined;

  constructor(count: number, options: ScorerOptions) {
    this.#threads = Array.from({ length: count }, () => this.#start(options));
  }

  get size(): number {
    return this.#threads.length;
  }

  /** Scores of some architectures, in their order, by the thread that has least to do. @throws what the scorer throws */
  score(archs: readonly unknown[]): Promise<Scores> {
    if (this.#failure) return Promise.reject(this.#failure);
    const thread = this.#threads.reduce((idlest, one) => (one.waiting.size < idlest.waiting.size ? one : idlest));
    const id = this.#nextId++;
    const scores = new Promise<Scores>((resolve, reject) => thread.waiting.set(id, { resolve, reject }));
    thread.worker.postMessage({ id, archs } satisfies ScoreRequest);
    return scores;
  }

  /** Ends all threads at once; scores that somebody waits for never come. */
  async close(): Promise<void> {
    await Promise.all(this.#threads.map(({ worker }) => worker.terminate()));
  }

  #start(options: ScorerOptions): Thread {
    const worker = new Worker(new URL('./startThread.js', import.meta.url), { workerData: options, execArgv: [] });
    const thread: Thread = { worker, waiting: new Map() };
    worker.on('message', (reply: ScoreReply) => {
      if (!('failure' in reply)) {
        thread.waiting.get(reply.id)?.resolve(reply);
        thread.waiting.delete(reply.id);
        return;
      }
      this.#fail(errorOf(reply.failure));
    });
    worker.on('error', (error: unknown) => {
      const [reason] = String(error instanceof Error ? error.message : error).split('\n', 1);
      this.#fail(new EnvironmentError('scoring-thread', `A scoring thread ended unexpectedly (${reason}); set compute.threads to 1 in the study, or give --threads 1, to score without threads.`, { cause: error }));
    });
    return thread;
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    for (const { waiting } of this.#threads) {
      for (const { reject } of waiting.values()) reject(error);
      waiting.clear();
    }
  }
}
