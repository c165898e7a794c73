import { Redis } from 'ioredis';
import { EnvironmentError, messageOf } from '../../../base/errors.ts';
import type { QueueAddress } from './address.ts';

/** What BullMQ recommends at least. */
export const leastRedis = [6, 2, 0] as const;
const patienceMs = 5000;
const longestPauseMs = 2000;

/** Told what goes on with a connection, in sentences for people. */
export type Tell = (text: string, level: 'info' | 'warning') => void;

/**
 * A connection that comes back by itself whenever it is lost.
 * @throws EnvironmentError `no-queue` when there is no Redis or it refuses, `redis-version` for one that is too old
 */
export async function connect(address: QueueAddress, tell: Tell): Promise<Redis> {
  const first = await firstConnection(address);
  try {
    const info = await first.info();
    requireVersion(info, address);
    const doubt = evictionDoubt(info, address);
    if (doubt !== undefined) tell(doubt, 'warning');
  } finally {
    first.disconnect();
  }
  return lastingConnection(address, tell);
}

/** One that waits for its Redis as long as it takes; its troubles are told once each. */
export function lastingConnection({ url, shown }: QueueAddress, tell: Tell): Redis {
  const redis = new Redis(url, { maxRetriesPerRequest: null, retryStrategy: (times) => Math.min(longestPauseMs, 100 * times) });
  let isLost = false;
  redis.on('error', (error: Error) => {
    if (!isLost) tell(`Lost ${shown} (${reasonOf(error)}); trying again.`, 'warning');
    isLost = true;
  });
  redis.on('ready', () => {
    if (isLost) tell(`${shown} is back.`, 'info');
    isLost = false;
  });
  return redis;
}

/** One try, which fails with the reason. */
async function firstConnection({ url, shown }: QueueAddress): Promise<Redis> {
  const redis = new Redis(url, { lazyConnect: true, retryStrategy: () => null, connectTimeout: patienceMs, maxRetriesPerRequest: 0 });
  let reason: Error | undefined;
  redis.on('error', (error: Error) => { reason ??= error; });
  try {
    await redis.connect();
    await redis.ping();
    return redis;
  } catch (error) {
    redis.disconnect();
    throw new EnvironmentError('no-queue', `No Redis can be used at ${shown}: ${reasonOf(reason ?? error)}.`);
  }
}

const reasonOf = (error: unknown) => (messageOf(error) || (error instanceof AggregateError ? messageOf(error.errors[0]) : 'no reason was told')).replace(/\.$/, '');

/** @param info what the command INFO says @throws EnvironmentError `redis-version` */
export function requireVersion(info: string, { shown }: Pick<QueueAddress, 'shown'>): void {
  const version = /^redis_version:(\d+)\.(\d+)\.(\d+)/m.exec(info)?.slice(1).map(Number);
  const firstOther = version?.findIndex((part, i) => part !== leastRedis[i]) ?? -1;
  if (version && (firstOther < 0 || version[firstOther] > leastRedis[firstOther])) return;
  throw new EnvironmentError('redis-version', `${shown} is Redis ${version?.join('.') ?? 'of an unknown version'}; expected ${leastRedis.join('.')} or later.`);
}

/** A Redis that forgets what it has no room for would lose chunks. */
function evictionDoubt(info: string, { shown }: QueueAddress): string | undefined {
  const policy = /^maxmemory_policy:(\S+)/m.exec(info)?.[1];
  if (policy === undefined || policy === 'noeviction' || /^maxmemory:0\s*$/m.test(info)) return undefined;
  return `${shown} forgets keys when its memory is full (maxmemory-policy ${policy}); set noeviction, or chunks are done again.`;
}
