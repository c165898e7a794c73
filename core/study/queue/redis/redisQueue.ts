import { Queue, QueueEvents, type Job } from 'bullmq';
import type { Redis } from 'ioredis';
import { setTimeout as sleep } from 'node:timers/promises';
import { CancelledError } from '../../../base/errors.ts';
import { RedisBlobs } from '../blobs/redisBlobs.ts';
import { chunkId, chunkOf, type Chunk } from '../chunks/chunk.ts';
import type { DescribedWork } from '../chunks/describeWork.ts';
import { handedIn } from '../chunks/limit.ts';
import { readResults, type ResultOf } from '../chunks/results.ts';
import { blobsOf, type Work } from '../chunks/work.ts';
import type { DonePortion, PortionSize, WorkQueue } from '../workQueue.ts';
import type { QueueAddress } from './address.ts';
import { agreeOnVersions } from './agreement.ts';
import { connect, type Tell } from './connect.ts';
import { givenUp, triedAgain } from './givenUp.ts';
import { prefix, queueName } from './keys.ts';

/** Chunks that wait or are worked on at the same time, and a guess at the workers who share them. */
const [ahead, width] = [64, 8];
/** How often a chunk may end the process that does it, or fail, before it is given up. */
const tries = 3;
/** Results stay so long: a study that was killed finds them when it goes on. */
const keepResults = { age: 3600 };
/** Events tell what happens; this finds what they missed, also after a Redis has lost its memory. */
const lookEveryMs = 2000;
const keepBlobsEveryMs = 30 * 60_000;
const closingMs = 3000;

export interface RedisQueueOptions<W extends Work> {
  readonly described: DescribedWork<W>;
  /** The same sizes for everyone, so that the same architectures make the same chunks. */
  readonly portion: PortionSize;
  readonly tell: Tell;
  /** After which a chunk is taken from its worker (`chunks/limit.ts`). */
  readonly chunkMinutes?: number;
  /** Ends all waiting with a CancelledError. */
  readonly signal?: AbortSignal;
}

interface Waiting<W extends Work> {
  readonly chunk: Chunk & { readonly work: W };
  readonly promise: Promise<DonePortion<ResultOf<W>>>;
  readonly resolve: (done: DonePortion<ResultOf<W>>) => void;
  readonly reject: (error: unknown) => void;
  /** Tries that failed and were told. */
  told: number;
}

/** Work that is done by whoever joined the Redis. A chunk is a job whose id is the hash of its content. */
export class RedisQueue<W extends Work> implements WorkQueue<ResultOf<W>> {
  readonly width = width;
  readonly ahead = ahead;
  readonly portion: PortionSize;
  readonly #options: RedisQueueOptions<W>;
  readonly #redis: Redis;
  readonly #queue: Queue;
  readonly #events: QueueEvents;
  readonly #blobs: RedisBlobs;
  readonly #waiting = new Map<string, Waiting<W>>();
  readonly #timers: NodeJS.Timeout[] = [];
  readonly #leave: () => void;
  readonly #stop = () => this.#rejectAll(new CancelledError());
  #toldAlone = false;

  /**
   * Brings the work's bytes to the Redis and waits for nobody.
   * @throws EnvironmentError as `connect` and `agreeOnVersions`
   */
  static async open<W extends Work>(address: QueueAddress, options: RedisQueueOptions<W>): Promise<RedisQueue<W>> {
    const redis = await connect(address, options.tell);
    let queue: RedisQueue<W> | undefined;
    try {
      queue = new RedisQueue(redis, address, options, await agreeOnVersions(redis, address));
      await queue.#publish();
      await queue.#events.waitUntilReady();
      return queue;
    } catch (error) {
      await queue?.close();
      redis.disconnect();
      throw error;
    }
  }

  private constructor(redis: Redis, { shown }: QueueAddress, options: RedisQueueOptions<W>, leave: () => void) {
    this.#options = options;
    this.portion = options.portion;
    this.#redis = redis;
    this.#leave = leave;
    this.#blobs = new RedisBlobs(redis, shown);
    this.#queue = new Queue(queueName, { connection: redis, prefix });
    this.#events = new QueueEvents(queueName, { connection: redis, prefix });
    // The first connection tells what is wrong with all of them.
    this.#queue.on('error', () => undefined);
    this.#events.on('error', () => undefined).on('completed', ({ jobId }) => this.#look(jobId)).on('failed', ({ jobId }) => this.#look(jobId))
      .on('waiting', ({ jobId, prev }) => { if (prev !== undefined) this.#look(jobId); });
    this.#timers.push(setInterval(() => this.#lookAround(shown), lookEveryMs), setInterval(() => void this.#publish().catch(() => undefined), keepBlobsEveryMs));
    options.signal?.addEventListener('abort', this.#stop);
  }

  readonly submit = (archs: readonly unknown[]): Promise<DonePortion<ResultOf<W>>> => {
    if (this.#options.signal?.aborted) return Promise.reject(new CancelledError());
    const chunk = { ...chunkOf(this.#options.described.work, archs), work: this.#options.described.work };
    const id = chunkId(chunk);
    const known = this.#waiting.get(id);
    if (known) return known.promise;
    let settle: Pick<Waiting<W>, 'resolve' | 'reject'>;
    const promise = new Promise<DonePortion<ResultOf<W>>>((resolve, reject) => { settle = { resolve, reject }; });
    this.#waiting.set(id, { chunk, promise, ...settle!, told: 0 });
    void this.#enter(id).catch((error: unknown) => this.#take(id)?.reject(error));
    return promise;
  };

  async close(): Promise<void> {
    this.#timers.forEach(clearInterval);
    this.#options.signal?.removeEventListener('abort', this.#stop);
    const left = [...this.#waiting.keys()];
    this.#waiting.clear();
    // What nobody waits for need not be done. Chunks that a worker has are locked, and stay.
    const leaving = Promise.all(left.map((id) => this.#queue.remove(id).catch(() => undefined)))
      .then(() => Promise.all([this.#events.close(), this.#queue.close()])).catch(() => undefined);
    await Promise.race([leaving, sleep(closingMs, undefined, { ref: false })]);
    this.#leave();
    this.#redis.disconnect();
  }

  /** Bytes that are there already only stay longer. */
  async #publish(): Promise<void> {
    for (const bytes of this.#options.described.blobs) await this.#blobs.put(bytes);
  }

  async #enter(id: string): Promise<void> {
    const waiting = this.#waiting.get(id);
    if (!waiting) return;
    const job = await this.#job(id);
    // Failed for somebody who asked before; now it may go well.
    if (job && await job.isFailed()) await job.remove();
    await this.#queue.add(waiting.chunk.work.kind, handedIn(waiting.chunk, this.#options.chunkMinutes), { jobId: id, attempts: tries, removeOnComplete: keepResults, removeOnFail: keepResults });
    this.#look(id);
  }

  /** Looks whether a chunk is done or given up, and enters it again where it is gone. */
  #look(id: string): void {
    const waiting = this.#waiting.get(id);
    if (!waiting) return;
    void (async () => {
      const job = await this.#job(id);
      if (!job) return this.#enterAgain(id);
      if (!this.#waiting.has(id)) return;
      if (job.finishedOn === undefined) return this.#tellOfTries(waiting, job);
      if (await job.isFailed()) return this.#take(id)?.reject(givenUp(waiting.chunk, job));
      const done = readResults(waiting.chunk, job.returnvalue);
      this.#take(id)?.resolve(done);
    })().catch((error: unknown) => this.#take(id)?.reject(error));
  }

  #tellOfTries(waiting: Waiting<W>, job: Job): void {
    if (job.attemptsMade <= waiting.told || job.failedReason === undefined) return;
    waiting.told = job.attemptsMade;
    this.#options.tell(triedAgain(waiting.chunk, job), 'warning');
  }

  /** Somebody else took it back, or the Redis was emptied. */
  async #enterAgain(id: string): Promise<void> {
    const hashes = blobsOf(this.#options.described.work);
    if (!(await Promise.all(hashes.map((hash) => this.#blobs.keep(hash)))).every(Boolean)) await this.#publish();
    await this.#enter(id);
  }

  #lookAround(shown: string): void {
    if (this.#waiting.size === 0 || this.#redis.status !== 'ready') return;
    for (const id of this.#waiting.keys()) this.#look(id);
    void this.#queue.getWorkersCount().then((count) => {
      if (count === 0 && !this.#toldAlone) this.#options.tell(`Nobody works for ${shown}; start workers: pocketformer worker --queue ${shown}`, 'warning');
      this.#toldAlone = count === 0;
    }).catch(() => undefined);
  }

  #job(id: string): Promise<Job | undefined> {
    return this.#queue.getJob(id) as Promise<Job | undefined>;
  }

  #take(id: string): Waiting<W> | undefined {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    return waiting;
  }

  #rejectAll(error: Error): void {
    for (const id of [...this.#waiting.keys()]) {
      void this.#queue.remove(id).catch(() => undefined);
      this.#take(id)?.reject(error);
    }
  }
}
