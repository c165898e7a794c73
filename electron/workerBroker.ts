import type { Child, StartChild } from './child.ts';
import type { FromEngine, ToEngine } from './messages.ts';

type WorkerRequest = Extract<FromEngine, { kind: 'start-worker' | 'worker-message' | 'kill-worker' }>;

/**
 * The main process's half of the worker host: only it may start processes, so the engine asks for them by number and
 * everything they say is passed on. When the engine goes, what it had started ends: nobody else would listen.
 */
export class WorkerBroker {
  readonly #startChild: StartChild;
  readonly #tell: (message: ToEngine) => void;
  readonly #workers = new Map<number, { readonly child: Child; readonly title: string }>();
  /** Why a process went, as the system told by its title, until its exit is reported. */
  readonly #reasons = new Map<string, string>();

  constructor(startChild: StartChild, tell: (message: ToEngine) => void) {
    this.#startChild = startChild;
    this.#tell = tell;
  }

  get running(): number {
    return this.#workers.size;
  }

  handle(request: WorkerRequest): void {
    switch (request.kind) {
      case 'start-worker': return this.#start(request.worker, request.title);
      case 'worker-message': return this.#workers.get(request.worker)?.child.post(request.message);
      case 'kill-worker': return this.#workers.get(request.worker)?.child.kill();
    }
  }

  /** Notes what Electron says of a process that crashed, ran out of memory or was killed. */
  noteGone(title: string, reason: string): void {
    if ([...this.#workers.values()].some((worker) => worker.title === title)) this.#reasons.set(title, reason);
  }

  /** Ends all processes; their exits are not told any more. */
  endAll(): void {
    const workers = [...this.#workers.values()];
    this.#workers.clear();
    this.#reasons.clear();
    for (const { child } of workers) child.kill();
  }

  #start(worker: number, wanted: string): void {
    const title = `${wanted} (${worker})`;
    let child: Child;
    try {
      child = this.#startChild({ title });
    } catch (error) {
      const line = `The process could not be started: ${error instanceof Error ? error.message : String(error)}`;
      this.#tell({ kind: 'worker-output', worker, stream: 'stderr', line });
      this.#tell({ kind: 'worker-exit', worker, code: null, signal: null });
      return;
    }
    this.#workers.set(worker, { child, title });
    const ifCurrent = (tell: () => void) => {
      if (this.#workers.get(worker)?.child === child) tell();
    };
    child.onStarted(() => ifCurrent(() => this.#tell({ kind: 'worker-started', worker, pid: child.pid })));
    child.onMessage((message) => ifCurrent(() => this.#tell({ kind: 'worker-message', worker, message })));
    child.onOutput((line, stream) => ifCurrent(() => this.#tell({ kind: 'worker-output', worker, stream, line })));
    child.onExit((code, signal) => ifCurrent(() => {
      const reason = this.#reasons.get(title);
      this.#workers.delete(worker);
      this.#reasons.delete(title);
      // An exit code after a crash is whatever the system made of it.
      this.#tell({ kind: 'worker-exit', worker, ...(reason === undefined ? { code, signal } : { code: null, signal: reason }) });
    }));
  }
}
