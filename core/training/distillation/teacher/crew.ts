import { setImmediate } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { EnvironmentError, messageOf } from '../../../base/errors.ts';
import { errorOf } from '../../../base/failure.ts';
import { abandon, sharedBatch, TeacherSession, type TeacherRun } from './session.ts';
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
   * Lets other work of the calling thread happen between runs.
   * @param images [count, 3, imageSize, imageSize]
   * @returns [count, classes]
   * @throws EnvironmentError `teacher-failed`, `teacher-thread`
   */
  async answers(images: Float32Array, count: number, imageSize: number): Promise<Float32Array> {
    if (this.#failure) throw this.#failure;
    const batch = sharedBatch(images, count, imageSize, this.run.classes);
    const id = this.#nextId++;
    const open: OpenBatch = { left: count };
    this.#open.set(id, open);
    for (const worker of this.#workers) worker.postMessage({ id, batch } satisfies AnswerRequest);
    try {
      for (let taken = 0; (taken = this.#own.answerNext(batch)) > 0;) {
        open.left -= taken;
        if (open.left > 0) await setImmediate();
      }
      // Threads that are still starting find nothing left to take, and nobody waits for them.
      while (open.left > 0 && !open.failure) await new Promise<void>((resolve) => open.wake = resolve);
    } finally {
      abandon(batch);
      this.#open.delete(id);
    }
    if (open.failure) throw open.failure;
    return batch.answers;
  }

  /** Batches that are being answered never are. */
  close(): void {
    for (const worker of this.#workers) void worker.terminate();
    this.#own.dispose();
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
