import { Redis } from 'ioredis';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { Random } from '../../../core/base/random.ts';
import { autoFormerMini } from '../../../core/spaces/autoformer/space.ts';
import { prefix, queueName } from '../../../core/study/queue/redis/keys.ts';
import { workThrough } from '../../../core/study/queue/workThrough.ts';
import type { ScoringPlan } from '../../../core/study/scoring/plan.ts';
import { startScoringWorkers } from '../../../core/study/scoring/scoringWorkers.ts';
import type { WorkerOptions } from '../../../core/study/scoring/scoringWorkers.ts';
import { start } from '../../e2e/cliProcess.ts';
import { scratchFolder } from '../scratch.ts';
import { noRedis, redisServer } from './redisServer.ts';

const scratch = scratchFolder();
const address = redisServer();
const random = new Random('killed');
const archs = Array.from({ length: 12 }, () => autoFormerMini.sample(random));
const plan: ScoringPlan = { space: 'autoformer-mini', proxies: ['snip', 'params'], seeds: [3], weights: 'supernet', input: { batch: 2 } };

async function scores(options: Pick<WorkerOptions, 'queue' | 'threads'>) {
  const workers = await startScoringWorkers({ plan, engine: 'ort', archs, ...options });
  const found: unknown[] = [];
  try {
    for await (const portion of workThrough(archs, workers)) found.push(...portion.map(({ arch, result }) => ({ arch, result })));
  } finally {
    await workers.close();
  }
  return found;
}

const startWorker = (name: string) => start(['worker', '--queue', address().shown, '--name', name, '--concurrency', '1', '--cache', join(scratch, name)]);

/** Stops a worker while it has a chunk: one that is stopped can neither finish nor say that it is there. */
async function killWhileWorking(redis: Redis, name: string, kill: (signal: NodeJS.Signals) => boolean): Promise<string> {
  for (;;) {
    const working = async () => {
      for (const id of await redis.lrange(`${prefix}:${queueName}:active`, 0, -1)) if (await redis.hget(`${prefix}:${queueName}:${id}`, 'pb') === name) return id;
      return undefined;
    };
    if (await working() !== undefined) {
      kill('SIGSTOP');
      await sleep(50);
      const id = await working();
      if (id !== undefined) {
        kill('SIGKILL');
        return id;
      }
      kill('SIGCONT');
    }
    await sleep(2);
  }
}

it.skipIf(noRedis !== undefined)(`loses nothing with a worker that is killed in the middle, and scores to the last bit as one thread does (${noRedis ?? 'Redis on loopback'})`, async () => {
  const workers = ['first', 'second'].map((name) => ({ name, ...startWorker(name) }));
  const redis = new Redis(address().url);
  const told: string[] = [];
  const remote = scores({ queue: { address: address(), tell: (text) => told.push(text) } });
  const [victim, survivor] = workers;
  const lost = await killWhileWorking(redis, victim.name, (signal) => victim.child.kill(signal));
  const found = await remote;
  expect(await redis.hget(`${prefix}:${queueName}:${lost}`, 'pb')).toBe(survivor.name);
  expect(await redis.zcard(`${prefix}:${queueName}:failed`)).toBe(0);
  redis.disconnect();
  survivor.child.kill('SIGINT');
  const { code, stderr } = await survivor.ended;
  expect(code).toBe(0);
  expect(stderr).toContain('A chunk was lost by another worker and waits again.');
  expect(stderr).toContain(`second has left ${address().shown}.`);
  expect(found).toEqual(await scores({ threads: 1 }));
}, 180_000);
