import { join, resolve } from 'node:path';
import { CancelledError, EnvironmentError, InputError } from '../../base/errors.ts';
import { studyPaths } from '../folder.ts';
import { hasEnded } from './job.ts';
import type { Job } from './job.ts';
import type { LogLine } from './jobLog.ts';
import { jobTaskSchema } from './messages.ts';
import type { JobTask, JobTaskInput } from './messages.ts';
import { SupervisedJob } from './supervisedJob.ts';
import type { WorkerHost } from './workerHost.ts';

export interface SupervisorOptions {
  readonly host: WorkerHost;
  /** Studies that run at the same time; further ones wait. A paused one keeps its place. Default 1. */
  readonly maxParallel?: number;
  /** How long a job may take to its next safe point before it is ended. Default 60 s. */
  readonly graceMs?: number;
  /** Lines kept of each job's log. Default 2,000. */
  readonly logLines?: number;
}

const changeIntervalMs = 100;

/** Answers once, and leaves nothing that could go on. */
export type ShortTask = Exclude<JobTask, { kind: 'run' | 'train' | 'transfer' | 'measure' | 'measure-best' | 'calibrate' }>;

/**
 * Runs jobs in processes of their own: studies in the order in which they were started, everything else at once: it
 * takes seconds, or waits for a device. What a process does, even to crash, harms no other.
 */
export class JobSupervisor {
  readonly #options: Required<SupervisorOptions>;
  readonly #jobs = new Map<string, SupervisedJob>();
  readonly #listeners = new Set<(ids: ReadonlySet<string>) => void>();
  #changed = new Set<string>();
  #timer: NodeJS.Timeout | undefined;
  #toldMs = -Infinity;
  #closing = false;
  #nextNumber = 1;

  constructor(options: SupervisorOptions) {
    this.#options = { maxParallel: 1, graceMs: 60_000, logLines: 2000, ...options };
  }

  /**
   * Queues a task.
   * @throws InputError `job-active` when the job of that study or session has not ended; EnvironmentError `closing`
   */
  start(task: JobTaskInput, options: { readonly title?: string } = {}): Job {
    if (this.#closing) throw new EnvironmentError('closing', 'Pocketformer is closing; no job can be started.');
    const parsed = jobTaskSchema.parse(task);
    const id = folderOf(parsed) ?? `${parsed.kind}-${this.#nextNumber++}`;
    const known = this.#jobs.get(id);
    if (known && !hasEnded(known.job)) throw new InputError('job-active', `The job of ${id} is ${known.job.state} already.`);
    // A job that is started again goes to the end of the list, and its log goes on.
    this.#jobs.delete(id);
    const { host, graceMs, logLines } = this.#options;
    this.#jobs.set(id, new SupervisedJob({
      id, task: parsed, title: options.title ?? id, host, graceMs, logLines, log: known?.log,
      onChange: (ended) => {
        this.#tellLater(id);
        if (ended) this.#startNext();
      },
    }));
    this.#tellLater(id);
    this.#startNext();
    return this.get(id)!;
  }

  /**
   * Does a task that answers once, and forgets its job.
   * @throws InputError or EnvironmentError as the task did; EnvironmentError `crashed`; CancelledError after the signal
   */
  async perform(
    task: ShortTask, options: { readonly signal?: AbortSignal; readonly onChange?: (job: Job) => void; readonly title?: string } = {},
  ): Promise<unknown> {
    const { signal, onChange, title } = options;
    if (signal?.aborted) throw new CancelledError();
    const { id } = this.start(task, { title });
    const stop = () => this.stop(id);
    const leave = onChange && this.onChange((ids) => { const job = this.get(id);
      if (job && ids.has(id)) onChange(job);
    });
    signal?.addEventListener('abort', stop, { once: true });
    try {
      const { state, result, failure } = await this.ended(id);
      if (state === 'done') return result;
      if (state === 'stopped' || !failure) throw new CancelledError();
      throw new EnvironmentError(failure.code, failure.message, { details: failure.details });
    } finally {
      signal?.removeEventListener('abort', stop);
      leave?.();
      this.forget(id);
    }
  }

  /** The job waits at its next safe point. Nothing happens unless it runs. */
  pause(id: string): void {
    this.#known(id).pause();
  }

  unpause(id: string): void {
    this.#known(id).unpause();
  }

  /** Ends a job at its next safe point with everything saved, or by force when that takes too long. */
  stop(id: string): void {
    this.#known(id).stop();
  }

  get(id: string): Job | undefined {
    return this.#jobs.get(id)?.job;
  }

  /** All jobs, in the order in which they were started. */
  list(): Job[] {
    return [...this.#jobs.values()].map(({ job }) => job);
  }

  /** What a job has said after line `seq`, as far as it is kept. */
  log(id: string, seq = 0): readonly LogLine[] {
    return this.#jobs.get(id)?.log.after(seq) ?? [];
  }

  /** The processes that compute for this supervisor. */
  pids(): number[] {
    return this.list().flatMap((job) => (job.pid === undefined || hasEnded(job) ? [] : [job.pid]));
  }

  /** Resolves when the job has ended, one way or another. */
  ended(id: string): Promise<Job> {
    return this.#known(id).whenEnded;
  }

  /** Takes an ended job off the list. */
  forget(id: string): void {
    const known = this.#jobs.get(id);
    if (!known || !hasEnded(known.job)) return;
    this.#jobs.delete(id);
    this.#tellLater(id);
  }

  /** @param listener gets the jobs whose state or log changed, at most ten times a second. @returns how to leave */
  onChange(listener: (ids: ReadonlySet<string>) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Stops all jobs and waits for them; afterwards none can be started. */
  async closeAll(): Promise<void> {
    this.#closing = true;
    const active = [...this.#jobs.values()].filter(({ job }) => !hasEnded(job));
    // The youngest first, so that none begins because an older one ends.
    for (const each of active.toReversed()) each.stop();
    await Promise.all(active.map(({ whenEnded }) => whenEnded));
    this.#tell();
  }

  #known(id: string): SupervisedJob {
    const known = this.#jobs.get(id);
    if (!known) throw new InputError('unknown-job', `There is no job ${id}.`);
    return known;
  }

  #startNext(): void {
    const jobs = [...this.#jobs.values()];
    const running = jobs.filter(({ job }) => job.task.kind === 'run' && job.state !== 'queued' && !hasEnded(job)).length;
    let free = this.#options.maxParallel - running;
    for (const each of jobs) {
      if (each.job.state !== 'queued' || this.#closing) continue;
      if (each.job.task.kind !== 'run' || free-- > 0) each.begin();
    }
  }

  #tellLater(id: string): void {
    this.#changed.add(id);
    this.#timer ??= setTimeout(() => this.#tell(), Math.max(0, this.#toldMs + changeIntervalMs - performance.now()));
  }

  #tell(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#changed.size === 0) return;
    const ids = this.#changed;
    this.#changed = new Set();
    this.#toldMs = performance.now();
    for (const listener of this.#listeners) listener(ids);
  }
}

/** What a task works on where only one job may: the job is called after it. */
function folderOf(task: JobTask): string | undefined {
  switch (task.kind) {
    case 'run': case 'train': case 'transfer': case 'calibrate': return resolve(task.directory);
    case 'measure': return resolve(task.out);
    case 'measure-best': return join(studyPaths(resolve(task.directory)).measured, task.device);
    default: return undefined;
  }
}
