import type { Chunk } from '../chunks/chunk.ts';
import type { WrittenResults } from '../chunks/results.ts';
import { Desk } from './desk.ts';

/** What a worker does chunks with. */
export interface ChunkWorkers {
  /** @param limitMs after which it is given up, whatever it is doing */
  do(chunk: Chunk, limitMs?: number): Promise<WrittenResults>;
  /** Ends all of them at once; chunks that they have fail. */
  killAll(): void;
}

/** Processes that do chunks, as many as are needed at the same time. */
export class Desks implements ChunkWorkers {
  readonly #cache: string;
  readonly #free: Desk[] = [];
  readonly #all: Desk[] = [];

  /** @param cache folder with what chunks need */
  constructor(cache: string) {
    this.#cache = cache;
  }

  /** @throws as `Desk` */
  async do(chunk: Chunk, limitMs?: number): Promise<WrittenResults> {
    const desk = this.#free.pop() ?? this.#open();
    try {
      return await desk.do(chunk, limitMs);
    } finally {
      this.#free.push(desk);
    }
  }

  killAll(): void {
    for (const desk of this.#all) desk.kill();
  }

  #open(): Desk {
    const desk = new Desk(this.#cache);
    this.#all.push(desk);
    return desk;
  }
}
