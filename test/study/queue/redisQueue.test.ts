import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { CancelledError, EnvironmentError } from '../../../core/base/errors.ts';
import { Random } from '../../../core/base/random.ts';
import { autoFormerMini } from '../../../core/spaces/autoformer/space.ts';
import { RedisBlobs } from '../../../core/study/queue/blobs/redisBlobs.ts';
import { chunkId, chunkOf, ownVersions } from '../../../core/study/queue/chunks/chunk.ts';
import { describeScoring } from '../../../core/study/queue/chunks/describeWork.ts';
import { exactJson } from '../../../core/study/queue/exactJson.ts';
import { agreeOnVersions } from '../../../core/study/queue/redis/agreement.ts';
import { connect, requireVersion, type Tell } from '../../../core/study/queue/redis/connect.ts';
import { prefix, queueName } from '../../../core/study/queue/redis/keys.ts';
import { workForQueue } from '../../../core/study/queue/redis/queueWorker.ts';
import { RedisQueue } from '../../../core/study/queue/redis/redisQueue.ts';
import { Desks, type ChunkWorkers } from '../../../core/study/queue/worker/desks.ts';
import { scratchFolder } from '../scratch.ts';
import { noRedis, redisServer } from './redisServer.ts';

const scratch = scratchFolder();
const address = redisServer();
const random = new Random('queue');
const archs = Array.from({ length: 4 }, () => autoFormerMini.sample(random));
const described = describeScoring({ space: 'autoformer-mini', proxies: ['dss'], seeds: [1] }, undefined);
const tell = () => undefined;
const open = (signal?: AbortSignal) => RedisQueue.open(address(), { described, portion: { least: 1, most: 1 }, tell, signal });

/** Stands for a score, so that no test here computes one; invalid ones are NaN. */
const scored = (value: number) => ({ results: exactJson([[{ value, macs: 1, perSeed: [{ value, macs: 1 }] }]]), ms: 1 });

const stops: (() => Promise<void>)[] = [];
/** A worker in this process that does chunks as it is told. */
function work(desk: Partial<ChunkWorkers>, { finishMs, concurrency, name = 'test', tell: said = tell }: { finishMs?: number; concurrency?: number; name?: string; tell?: Tell } = {}): () => Promise<void> {
  const stop = new AbortController();
  const ended = workForQueue(address(), {
    name, cache: join(scratch, 'cache'), tell: said, signal: stop.signal, finishMs, concurrency, desks: { do: async () => scored(1), killAll: () => undefined, ...desk },
  });
  const end = () => {
    stop.abort();
    return ended;
  };
  stops.push(end);
  return end;
}

describe.skipIf(noRedis !== undefined)(`a queue on Redis (${noRedis ?? 'on loopback'})`, () => {
  afterEach(async () => {
    await Promise.all(stops.splice(0).map((stop) => stop()));
    const redis = new Redis(address().url);
    await redis.flushall();
    redis.disconnect();
  });

  it('asks for the same chunk once, and keeps its results for whoever asks again', async () => {
    let done = 0;
    const stop = work({ do: async () => scored(++done === 1 ? NaN : done) });
    const [one, other] = [await open(), await open()];
    const same = await Promise.all([one.submit([archs[0]]), one.submit([archs[0]]), other.submit([archs[0]])]);
    expect(same.map(({ results }) => results[0][0].value)).toEqual([NaN, NaN, NaN]);
    await stop();
    // Nobody works any more.
    const later = await open();
    expect((await later.submit([archs[0]])).results[0][0].value).toBeNaN();
    expect(done).toBe(1);
    await Promise.all([one, other, later].map((queue) => queue.close()));
  });

  it('gives up a chunk that ends its process three times, with the reason, and tries again for whoever asks again', async () => {
    let tried = 0;
    work({
      do: async () => {
        if (++tried > 3) return scored(7);
        throw new EnvironmentError('chunk-crashed', 'the process that did it was ended by SIGSEGV.');
      },
    });
    const queue = await open();
    await expect(queue.submit([archs[1]])).rejects.toThrow(/^Gave up a chunk of 1 architecture \(dss on autoformer-mini, the first is w\d+-\S+\) after 3 tries: the process that did it was ended by SIGSEGV\.$/);
    expect(tried).toBe(3);
    expect((await queue.submit([archs[1]])).results[0][0].value).toBe(7);
    await queue.close();
  });

  it('takes a chunk from a worker who does not get done with it and gives it to another one, and tells who it was', async () => {
    const [told, slow] = [[] as string[], [] as string[]];
    const queue = await RedisQueue.open(address(), { described, portion: { least: 1, most: 1 }, tell: (text) => told.push(text), chunkMinutes: 1e-5 });
    const desks = new Desks(join(scratch, 'slow'));
    work({ do: (chunk, limitMs) => desks.do(chunk, limitMs), killAll: () => desks.killAll() }, { name: 'slow', tell: (text) => slow.push(text) });
    const waiting = queue.submit([archs[2]]);
    const handings = () => told.filter((text) => text.startsWith('Handing'));
    while (handings().length === 0) await sleep(10);
    work({ do: async () => scored(4) }, { name: 'other' });
    expect((await waiting).results[0][0].value).toBe(4);
    expect(slow[0]).toBe('A chunk failed: it was not done within 0.0006 seconds.');
    expect(handings()[0]).toMatch(/^Handing a chunk of 1 architecture \(dss on autoformer-mini, the first is w\d+-\S+\) out again after a try by slow: it was not done within 0\.0006 seconds\.$/);
    await queue.close();
  });

  it('tries architectures once that cannot be scored anywhere', async () => {
    let tried = 0;
    work({
      do: async () => {
        tried++;
        throw new RangeError('400 is not part of 256');
      },
    });
    const queue = await open();
    await expect(queue.submit([archs[0]])).rejects.toThrow('400 is not part of 256');
    expect(tried).toBe(1);
    await queue.close();
  });

  it('hands chunks in again when the Redis has lost its memory', async () => {
    const queue = await open();
    const waiting = queue.submit([archs[2]]);
    const redis = new Redis(address().url);
    while (await redis.llen(`${prefix}:${queueName}:wait`) === 0) await sleep(20);
    await redis.flushall();
    redis.disconnect();
    work({ do: async () => scored(3) });
    expect((await waiting).results[0][0].value).toBe(3);
    await queue.close();
  });

  it('gives back the chunk of a worker that is asked to stop and cannot finish', async () => {
    let kill: (error: Error) => void = () => undefined;
    const begun = new Promise<void>((begin) => {
      work({
        do: () => {
          begin();
          return new Promise((_, reject) => { kill = reject; });
        },
        killAll: () => kill(new EnvironmentError('chunk-crashed', 'killed')),
      }, { finishMs: 50 });
    });
    const queue = await open();
    const waiting = queue.submit([archs[3]]);
    await begun;
    await stops[0]();
    const redis = new Redis(address().url, { maxRetriesPerRequest: null });
    const chunks = new Queue(queueName, { connection: redis, prefix });
    expect(await chunks.getJobState(chunkId(chunkOf(described.work, [archs[3]])))).toBe('waiting');
    await chunks.close();
    redis.disconnect();
    work({ do: async () => scored(5) });
    expect((await waiting).results[0][0].value).toBe(5);
    await queue.close();
  });

  it('takes no second results of a chunk whose worker was taken for lost and finishes it after all', async () => {
    const finish: ((value: number) => void)[] = [];
    work({ do: () => new Promise((resolve) => { finish.push((value) => resolve(scored(value))); }) }, { concurrency: 2 });
    const queue = await open();
    const waiting = queue.submit([archs[1]]);
    while (finish.length === 0) await sleep(10);
    const redis = new Redis(address().url);
    const key = `${prefix}:${queueName}:${chunkId(chunkOf(described.work, [archs[1]]))}`;
    await redis.del(`${key}:lock`);
    while (finish.length === 1) await sleep(10);
    finish[1](2);
    expect((await waiting).results[0][0].value).toBe(2);
    finish[0](1);
    await stops[0]();
    expect((await queue.submit([archs[1]])).results[0][0].value).toBe(2);
    expect(await redis.zcard(`${prefix}:${queueName}:completed`)).toBe(1);
    redis.disconnect();
    await queue.close();
  });

  it('takes back what nobody has begun when the person stops', async () => {
    const stop = new AbortController();
    const queue = await open(stop.signal);
    const waiting = queue.submit([archs[0]]);
    const redis = new Redis(address().url);
    while (await redis.llen(`${prefix}:${queueName}:wait`) === 0) await sleep(20);
    stop.abort();
    await expect(waiting).rejects.toThrow(CancelledError);
    while (await redis.llen(`${prefix}:${queueName}:wait`) > 0) await sleep(20);
    redis.disconnect();
    await queue.close();
  });

  it('lets only one version use a Redis at a time', async () => {
    const redis = new Redis(address().url);
    const told = /is in use by Pocketformer \S+ \(protocol \d, code \w+\); this is Pocketformer .*\. Use the same version everywhere, or another database of that Redis \(redis:\/\/127\.0\.0\.1:\d+\/1\)\.$/;
    const own = ownVersions();
    for (const other of [{ protocol: 1, pocketformer: own.pocketformer }, { ...own, pocketformer: '99.0.0' }, { ...own, code: 'f00d'.repeat(16) }]) {
      await redis.set(`${prefix}:versions`, JSON.stringify(other));
      await expect(open()).rejects.toThrow(told);
    }
    await expect(open()).rejects.toThrow('code f00df00d); this is');
    await expect(work({})()).rejects.toThrow(told);
    stops.length = 0;
    await redis.del(`${prefix}:versions`);
    (await agreeOnVersions(redis, address()))();
    redis.disconnect();
  });

  it('says when there is no Redis, or another password is needed, and never shows the one that was given', async () => {
    const { shown } = address();
    await expect(connect({ url: 'redis://:hunter2@127.0.0.1:1', shown: 'redis://127.0.0.1:1' }, tell)).rejects.toThrow(/^No Redis can be used at redis:\/\/127\.0\.0\.1:1: .*ECONNREFUSED/);
    const redis = new Redis(address().url);
    await redis.config('SET', 'requirepass', 'sesame');
    const refused = await connect({ url: address().url.replace('://', '://:hunter2@'), shown }, tell).catch((error: Error) => error);
    expect(refused).toMatchObject({ code: 'no-queue', message: expect.stringContaining('WRONGPASS') as unknown });
    expect(String(refused)).not.toContain('hunter2');
    (await connect({ url: address().url.replace('://', '://:sesame@'), shown }, tell)).disconnect();
    await redis.config('SET', 'requirepass', '');
    redis.disconnect();
  });

  it('brings bytes in pieces, and notices when one has changed', async () => {
    const redis = new Redis(address().url);
    const blobs = new RedisBlobs(redis, address().shown);
    const bytes = Buffer.alloc(9 * 2 ** 20, 'not all pieces are alike');
    const hash = await blobs.put(bytes);
    expect(Buffer.compare(await blobs.get(hash), bytes)).toBe(0);
    await redis.setrange(`${prefix}:blob:${hash}:1`, 5, 'x');
    await expect(blobs.get(hash)).rejects.toThrow('came damaged from redis://127.0.0.1');
    await expect(blobs.get(hash)).rejects.toMatchObject({ code: 'missing-blob' });
    await blobs.put(bytes);
    await redis.del(`${prefix}:blob:${hash}:2`);
    await expect(blobs.get(hash)).rejects.toMatchObject({ code: 'missing-blob' });
    expect(await blobs.put(bytes)).toBe(hash);
    expect(Buffer.compare(await blobs.get(hash), bytes)).toBe(0);
    redis.disconnect();
  });
});

it('refuses a Redis that is older than BullMQ recommends', () => {
  expect(() => requireVersion('redis_version:6.0.16\r\n', { shown: 'redis://old:6379' })).toThrow('redis://old:6379 is Redis 6.0.16; expected 6.2.0 or later.');
  expect(() => requireVersion('nothing', { shown: 'redis://odd:6379' })).toThrow('unknown version');
  for (const version of ['6.2.0', '6.10.1', '7.0.15', '8.0.0']) requireVersion(`redis_version:${version}`, { shown: '' });
});
