import { UnrecoverableError, WaitingError, Worker, type Job } from 'bullmq';
import { setTimeout as sleep } from 'node:timers/promises';
import { availableParallelism } from 'node:os';
import { EnvironmentError, InputError } from '../../../base/errors.ts';
import { FolderBlobs } from '../blobs/folderBlobs.ts';
import { RedisBlobs } from '../blobs/redisBlobs.ts';
import { readChunk, type Chunk } from '../chunks/chunk.ts';
import { limitMsOf } from '../chunks/limit.ts';
import type { WrittenResults } from '../chunks/results.ts';
import { blobsOf, type Work } from '../chunks/work.ts';
import { failureOf } from '../../../base/failure.ts';
import type { ChunkWorkers } from '../worker/desks.ts';
import type { QueueAddress } from './address.ts';
import { agreeOnVersions } from './agreement.ts';
import { connect, type Tell } from './connect.ts';
import { failedReason } from './givenUp.ts';
import { prefix, queueName } from './keys.ts';

/**
 * A worker says so often that it still has its chunk, and one that has not said so for `lockDuration` has lost it: within
 * `lockDuration` and two checks, another worker begins it again. What computes is another process, so that nothing delays the saying.
 */
const timing = { lockDuration: 6000, lockRenewTime: 2000, stalledInterval: 2000 };
/** How often a chunk may outlive its worker. */
const maxStalledCount = 3;
/** A chunk that was too long for a worker is another one's first, if there is one who is free. */
const stepBackMs = 5000;
const forgetUnusedMs = 7 * 24 * 3600 * 1000;

export interface QueueWorkerOptions {
  readonly name: string;
  /** Chunks at the same time; as many as the processors allow, unless given. */
  readonly concurrency?: number;
  /** Folder for what chunks need. */
  readonly cache: string;
  /** What does chunks; it belongs to the worker from now on. */
  readonly desks: ChunkWorkers;
  /** How long chunks may take to be finished before they are given back, when the worker is asked to stop. */
  readonly finishMs?: number;
  readonly tell: Tell;
  readonly onReady?: () => void;
  readonly onDone?: (chunk: Chunk, ms: number) => void;
  /** Ends the worker, after its chunks are done or given back. */
  readonly signal: AbortSignal;
}

/**
 * Works for a queue until it is asked to stop.
 * @throws EnvironmentError as `connect` and `agreeOnVersions`
 */
export async function workForQueue(address: QueueAddress, { name, concurrency, cache, desks, finishMs = 20_000, tell, onReady, onDone, signal }: QueueWorkerOptions): Promise<void> {
  const redis = await connect(address, tell);
  let leave: () => void = () => undefined;
  let back: NodeJS.Timeout | undefined;
  try {
    leave = await agreeOnVersions(redis, address);
    const [blobs, cached] = [new RedisBlobs(redis, address.shown), new FolderBlobs(cache)];
    await cached.removeUnused(forgetUnusedMs);
    let isGivingBack = false;
    const stepBack = () => {
      void worker.pause(true);
      clearTimeout(back);
      back = setTimeout(() => void worker.resume(), stepBackMs);
    };
    const worker = new Worker<unknown, WrittenResults & { readonly worker: string }>(queueName, async (job, token) => {
      try {
        const chunk = readChunk(job.data);
        worker.concurrency = concurrency ?? concurrencyFor(chunk.work);
        for (const hash of blobsOf(chunk.work)) if (!cached.has(hash)) await cached.put(await blobs.get(hash));
        const written = await desks.do(chunk, limitMsOf(job.data));
        onDone?.(chunk, written.ms);
        return { ...written, worker: name };
      } catch (error) {
        if (isGivingBack) await giveBack(job, token);
        if (error instanceof EnvironmentError && error.code === 'chunk-too-long') stepBack();
        throw jobError(error, name);
      }
    }, { connection: redis, prefix, name, concurrency: concurrency ?? 1, maxStalledCount, ...timing });
    // The first connection tells what is wrong with all of them.
    worker.on('error', () => undefined);
    worker.on('failed', (_, error) => tell(`A chunk failed: ${reasonOf(error)}`, 'warning'));
    worker.on('stalled', () => tell('A chunk was lost by another worker and waits again.', 'info'));
    await worker.waitUntilReady();
    onReady?.();
    await untilAborted(signal);
    clearTimeout(back);
    const closed = worker.close();
    await Promise.race([closed, sleep(finishMs, undefined, { ref: false })]);
    isGivingBack = true;
    desks.killAll();
    await closed;
  } finally {
    clearTimeout(back);
    desks.killAll();
    leave();
    redis.disconnect();
  }
}

/** As many chunks as processors, where each computes with one thread. */
function concurrencyFor(work: Work): number {
  return Math.max(1, Math.floor(availableParallelism() / (work.engine?.threads ?? 1)));
}

async function giveBack(job: Job, token: string | undefined): Promise<never> {
  await job.moveToWait(token);
  throw new WaitingError();
}

/** Architectures that cannot be worked on fail everywhere; what else goes wrong may go well with another worker. */
function jobError(error: unknown, worker: string): Error {
  const failure = failureOf(error);
  const reason = failedReason(failure, worker);
  return error instanceof InputError || failure.code === undefined ? new UnrecoverableError(reason) : new Error(reason);
}

function reasonOf({ message }: Error): string {
  try {
    return (JSON.parse(message) as { message: string }).message;
  } catch {
    return message;
  }
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
