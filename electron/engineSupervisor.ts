import type { Child, StartChild } from './child.ts';
import { noJobs } from './messages.ts';
import type { FromEngine, JobsSummary, ToEngine } from './messages.ts';
import { WorkerBroker } from './workerBroker.ts';

/** Ready; being started for the n-th time in a row; given up, with the reason; ended on request. */
export type EngineState =
  | { readonly kind: 'ready' }
  | { readonly kind: 'starting'; readonly attempt: number }
  | { readonly kind: 'failed'; readonly message: string }
  | { readonly kind: 'stopped' };

export interface EngineSupervisorOptions {
  readonly startEngine: StartChild;
  readonly startWorker: StartChild;
  readonly onState: (state: EngineState) => void;
  readonly onJobs: (jobs: JobsSummary) => void;
  /** Lines for the app's log. */
  readonly onLog: (line: string) => void;
  /** Pauses before it is started again after it went; there are as many tries in a row as pauses. */
  readonly restartDelaysMs?: readonly number[];
}

/**
 * Keeps the engine's process running: it holds no state that is not in files, so a new one takes over where the old one
 * ended, and says which jobs were interrupted.
 */
export class EngineSupervisor {
  readonly #options: EngineSupervisorOptions;
  readonly #restartDelaysMs: readonly number[];
  readonly #broker: WorkerBroker;
  #engine: Child | undefined;
  #state: EngineState = { kind: 'starting', attempt: 0 };
  #jobs = noJobs;
  #restart: ReturnType<typeof setTimeout> | undefined;
  #failures = 0;
  #stopping: { readonly done: () => void } | undefined;

  constructor(options: EngineSupervisorOptions) {
    this.#options = options;
    this.#restartDelaysMs = options.restartDelaysMs ?? [200, 1000, 3000, 10_000];
    this.#broker = new WorkerBroker(options.startWorker, (message) => this.#engine?.post(message));
  }

  get state(): EngineState {
    return this.#state;
  }

  get jobs(): JobsSummary {
    return this.#jobs;
  }

  start(): void {
    this.#failures = 0;
    this.#spawn();
  }

  /** Hands a window's port to the engine; false when there is no engine to take it yet. */
  connect(port: unknown): boolean {
    if (this.#state.kind !== 'ready' || !this.#engine) return false;
    this.#engine.post({ kind: 'connect' } satisfies ToEngine, [port]);
    return true;
  }

  noteGone(title: string, reason: string): void {
    this.#broker.noteGone(title, reason);
    this.#options.onLog(`${title}: ${reason}`);
  }

  /**
   * Brings the jobs to a safe point and ends the engine; resolves when it has ended.
   * @param patienceMs after which everything is ended as it is; its last checkpoint stays
   */
  stop(patienceMs: number): Promise<void> {
    clearTimeout(this.#restart);
    const engine = this.#engine;
    if (!engine) {
      this.#setState({ kind: 'stopped' });
      return Promise.resolve();
    }
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#endNow(engine), patienceMs);
      this.#stopping = {
        done: () => {
          clearTimeout(timer);
          resolve();
        },
      };
      engine.post({ kind: 'stop' } satisfies ToEngine);
    });
  }

  #endNow(engine: Child): void {
    this.#broker.endAll();
    engine.kill();
  }

  #spawn(): void {
    this.#setState({ kind: 'starting', attempt: this.#failures });
    let engine: Child;
    try {
      engine = this.#options.startEngine({ title: 'Pocketformer engine' });
    } catch (error) {
      return this.#lost(error instanceof Error ? error.message : String(error));
    }
    this.#engine = engine;
    let lastLine = '';
    engine.onOutput((line) => {
      if (line.trim() !== '') lastLine = line.trim();
      this.#options.onLog(line);
    });
    engine.onMessage((message) => this.#hear(engine, message as FromEngine));
    engine.onExit((code, signal) => {
      if (this.#engine !== engine) return;
      this.#engine = undefined;
      this.#broker.endAll();
      this.#setJobs(noJobs);
      if (this.#stopping) {
        this.#setState({ kind: 'stopped' });
        this.#stopping.done();
      } else if (this.#state.kind !== 'failed') {
        this.#lost(`it ended with ${signal ?? `code ${code}`}${lastLine === '' ? '' : `: ${lastLine}`}`);
      }
    });
  }

  #hear(engine: Child, message: FromEngine): void {
    if (this.#engine !== engine) return;
    switch (message.kind) {
      case 'ready':
        return this.#setState({ kind: 'ready' });
      case 'failed':
        this.#setState({ kind: 'failed', message: message.message });
        return engine.kill();
      case 'stopped':
        return this.#endNow(engine);
      case 'defect':
        return this.#options.onLog(message.text);
      case 'jobs':
        // An engine that gets as far as that works; only failures in a row count.
        this.#failures = 0;
        return this.#setJobs(message.jobs);
      default:
        return this.#broker.handle(message);
    }
  }

  #lost(why: string): void {
    this.#options.onLog(`The engine went: ${why}`);
    if (this.#failures >= this.#restartDelaysMs.length) {
      this.#setState({ kind: 'failed', message: `The engine could not be kept running: ${why}` });
      return;
    }
    const delayMs = this.#restartDelaysMs[this.#failures++];
    this.#setState({ kind: 'starting', attempt: this.#failures });
    this.#restart = setTimeout(() => this.#spawn(), delayMs);
  }

  #setState(state: EngineState): void {
    this.#state = state;
    this.#options.onState(state);
  }

  #setJobs(jobs: JobsSummary): void {
    this.#jobs = jobs;
    this.#options.onJobs(jobs);
  }
}
