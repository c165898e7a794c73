import { fileURLToPath } from 'node:url';
import { EnvironmentError } from '../../../base/errors.ts';
import { nodeWorkerHost } from '../../jobs/nodeWorkerHost.ts';
import type { WorkerExit, WorkerProcess } from '../../jobs/workerHost.ts';
import type { Chunk } from '../chunks/chunk.ts';
import { durationText } from '../chunks/limit.ts';
import type { WrittenResults } from '../chunks/results.ts';
import { errorOf } from '../../../base/failure.ts';
import { deskReplySchema, type DeskRequest } from './messages.ts';

const lastLines = 3;

interface Started {
  readonly process: WorkerProcess;
  readonly ready: Promise<void>;
}

/** A process that does one chunk at a time, and is started anew after one that ended it. */
export class Desk {
  readonly #cache: string;
  readonly #host = nodeWorkerHost({ entry: fileURLToPath(new URL('./desk.js', import.meta.url)) });
  #started: Started | undefined;
  #waiting: { readonly resolve: (done: WrittenResults) => void; readonly reject: (error: Error) => void } | undefined;

  /** @param cache folder with what chunks need */
  constructor(cache: string) {
    this.#cache = cache;
  }

  /**
   * @param limitMs after which the process is ended, and another one does the next chunk
   * @throws what the work throws; EnvironmentError `chunk-crashed` when the process ends over it, `chunk-too-long`
   */
  async do(chunk: Chunk, limitMs?: number): Promise<WrittenResults> {
    const done = new Promise<WrittenResults>((resolve, reject) => { this.#waiting = { resolve, reject }; });
    const { process, ready } = this.#started ??= this.#start();
    void ready.then(() => process.post({ chunk, cache: this.#cache } satisfies DeskRequest));
    const timer = limitMs === undefined ? undefined : setTimeout(() => this.#abandon(limitMs), limitMs);
    try {
      return await done;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Ends the process at once; a chunk that it has fails. */
  kill(): void {
    this.#started?.process.kill();
  }

  /** Waits no longer for a process, which may not even end. */
  #abandon(limitMs: number): void {
    this.kill();
    this.#started = undefined;
    this.#waiting?.reject(new EnvironmentError('chunk-too-long', `it was not done within ${durationText(limitMs)}.`));
  }

  #start(): Started {
    const process = this.#host.start({ title: 'pocketformer chunks' });
    const lines: string[] = [];
    process.onOutput((line) => {
      lines.push(line);
      if (lines.length > lastLines) lines.shift();
    });
    const isMine = () => this.#started?.process === process;
    const ready = new Promise<void>((resolve) => {
      process.onMessage((message) => {
        if (!isMine()) return;
        const reply = deskReplySchema.parse(message);
        if (reply.type === 'ready') resolve();
        else if (reply.type === 'done') this.#waiting?.resolve(reply.done);
        else this.#waiting?.reject(errorOf(reply.failure));
      });
    });
    process.onExit((exit) => {
      if (!isMine()) return;
      this.#started = undefined;
      this.#waiting?.reject(crashed(exit, lines));
    });
    return { process, ready };
  }
}

function crashed({ code, signal }: WorkerExit, lines: readonly string[]): EnvironmentError {
  const how = signal === null ? `with exit code ${code}` : `by ${signal}`;
  return new EnvironmentError('chunk-crashed', `the process that did it was ended ${how}${lines.length > 0 ? `, saying: ${lines.join(' / ')}` : ''}.`);
}
