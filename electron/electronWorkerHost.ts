import type { WorkerExit, WorkerHost, WorkerProcess } from '../core/study/jobs/workerHost.ts';
import type { FromEngine, ToEngine } from './messages.ts';

type WorkerNews = Extract<ToEngine, { kind: `worker-${string}` }>;

interface Listeners {
  pid: number | undefined;
  message(message: unknown): void;
  output(line: string, stream: 'stdout' | 'stderr'): void;
  exit(exit: WorkerExit): void;
}

/** The engine's half: asks the main process for the processes that compute. `hear` takes what it answers. */
export class ElectronWorkerHost implements WorkerHost {
  readonly #tell: (message: FromEngine) => void;
  readonly #workers = new Map<number, Listeners>();
  #next = 1;

  constructor(tell: (message: FromEngine) => void) {
    this.#tell = tell;
  }

  start({ title }: { readonly title: string }): WorkerProcess {
    const worker = this.#next++;
    const listeners = new WorkerListeners();
    this.#workers.set(worker, listeners);
    this.#tell({ kind: 'start-worker', worker, title });
    const toWorker = (message: FromEngine) => {
      if (this.#workers.has(worker)) this.#tell(message);
    };
    return {
      get pid() {
        return listeners.pid;
      },
      post: (message) => toWorker({ kind: 'worker-message', worker, message }),
      kill: () => toWorker({ kind: 'kill-worker', worker }),
      onMessage: (listener) => void listeners.onMessage.push(listener),
      onOutput: (listener) => void listeners.onOutput.push(listener),
      onExit: (listener) => void listeners.onExit.push(listener),
    };
  }

  hear(news: WorkerNews): void {
    const listeners = this.#workers.get(news.worker);
    if (!listeners) return;
    switch (news.kind) {
      case 'worker-started':
        listeners.pid = news.pid;
        return;
      case 'worker-message': return listeners.message(news.message);
      case 'worker-output': return listeners.output(news.line, news.stream);
      case 'worker-exit':
        this.#workers.delete(news.worker);
        return listeners.exit({ code: news.code, signal: news.signal });
    }
  }
}

class WorkerListeners implements Listeners {
  pid: number | undefined;
  readonly onMessage: ((message: unknown) => void)[] = [];
  readonly onOutput: ((line: string, stream: 'stdout' | 'stderr') => void)[] = [];
  readonly onExit: ((exit: WorkerExit) => void)[] = [];

  message(message: unknown): void {
    for (const listener of this.onMessage) listener(message);
  }

  output(line: string, stream: 'stdout' | 'stderr'): void {
    for (const listener of this.onOutput) listener(line, stream);
  }

  exit(exit: WorkerExit): void {
    for (const listener of this.onExit) listener(exit);
  }
}
