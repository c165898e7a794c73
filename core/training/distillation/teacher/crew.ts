import { setImmediate } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { EnvironmentError, messageOf } from '../../../base/errors.ts';
import { errorOf } from '../../../base/failure.ts';
import { abandon, sharedBatch, TeacherSession, type SharedBatch, type TeacherRun } from './session.ts';
import type { AnswerReply, AnswerRequest, ThreadOptions } from './threadMessages.ts';

/** Copies of one network may take this much memory together. */
const copiesBytes = 2 ** 29;

/** How a teacher uses the threads that it may use. */
export interface CrewPlan {
  /** Each with a copy of the network. */
  readonly sessions: number;
  /** Inside of each session's operators. */
  readonly threads: number;
}

/**
 * As many sessions as threads, because most operators are too small to be shared; fewer where the copies would not fit
 * the memory, or where there are not as many runs to share out.
 * @param weightBytes of the network
 * @param runs that a batch usually takes
 */
export function planCrew(threads: number, weightBytes: number, runs: number): CrewPlan {
  const sessions = Math.max(1, Math.min(threads, runs, Math.floor(copiesBytes / weightBytes)));
  return { sessions, threads: Math.floor(threads / sessions) };
}

/** Answers that others may be computing meanwhile. */
export interface PendingAnswers {
  /**
   * Computes what is left together with the others, and lets other work of the calling thread happen between runs.
   * @returns [count, classes]
   * @throws EnvironmentError `teacher-failed`, `teacher-thread`
   */
  finish(): Promise<Float32Array>;
}

/** A batch that is being answered. */
interface OpenBatch {
  /** Images without an answer yet. */
  left: number;
  failure?: Error;
  /** Called when others have answered, or failed. */
  wake?: () => void;
}

/** Sessions of one teacher that share the images of each batch; the first is the calling thread's. */
export class TeacherCrew {
  readonly run: TeacherRun;
  readonly #own: TeacherSession;
  readonly #workers: readonly Worker[];
  readonly #open = new Map<number, OpenBatch>();
  #nextId = 0;
  /** Of a thread that has ended. */
  #failure: Error | undefined;

  /** @throws InputError `not-a-teacher` */
  constructor(run: TeacherRun, { sessions, threads }: CrewPlan) {
    this.run = run;
    this.#own = new TeacherSession(run, threads);
    this.#workers = Array.from({ length: sessions - 1 }, () => this.#start({ run, threads }));
  }

  /**
   * Gives the other threads images to answer, while the caller does something else.
   * @param images [count, 3, imageSize, imageSize]
   */
  begin(images: Float32Array, count: number, imageSize: number): PendingAnswers {
    const batch = sharedBatch(images, count, imageSize, this.run.classes);
    const id = this.#nextId++;
    const open: OpenBatch = { left: count };
    this.#open.set(id, open);
    for (const worker of this.#workers) worker.postMessage({ id, batch } satisfies AnswerRequest);
    return { finish: () => this.#finish(id, batch, open) };
  }

  /** Batches that are being answered never are. */
  close(): void {
    for (const worker of this.#workers) void worker.terminate();
    this.#own.dispose();
  }

  async #finish(id: number, batch: SharedBatch, open: OpenBatch): Promise<Float32Array> {
    try {
      open.failure ??= this.#failure;
      while (!open.failure && open.left > 0) {
        const taken = this.#own.answerNext(batch);
        open.left -= taken;
        // Threads that are still starting find nothing left to take, and nobody waits for them.
        if (taken === 0) await new Promise<void>((resolve) => open.wake = resolve);
        else if (open.left > 0) await setImmediate();
      }
    } finally {
      abandon(batch);
      this.#open.delete(id);
    }
    if (open.failure) throw open.failure;
    return batch.answers;
  }

  #start(options: ThreadOptions): Worker {
    const worker = new Worker(new URL('./startThread.js', import.meta.url), { workerData: options, execArgv: [] });
    worker.on('message', (reply: AnswerReply) => {
      const open = this.#open.get(reply.id);
      if (!open) return;
      if ('failure' in reply) open.failure ??= errorOf(reply.failure);
      else open.left -= reply.images;
      open.wake?.();
    });
    worker.on('error', (cause: unknown) => {
      const [reason] = messageOf(cause).split('\n', 1);
      this.#failure ??= new EnvironmentError('teacher-thread', `A thread of the teacher ${this.run.path} ended unexpectedly (${reason}); set compute.threads `
        + 'to 1 in the study, or give --threads 1, to ask it without threads.', { cause });
      for (const open of this.#open.values()) {
        open.failure ??= this.#failure;
        open.wake?.();
      }
    });
    return worker;
  }
}
