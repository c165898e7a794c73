import type { Redis } from 'ioredis';
import { EnvironmentError } from '../../../base/errors.ts';
import { ownVersions, sameVersions, versionsSchema, versionsText } from '../chunks/chunk.ts';
import type { QueueAddress } from './address.ts';
import { keyOf } from './keys.ts';

const key = keyOf('versions');
/** How long after the last participant another version may take over. */
const holdSeconds = 30;
const renewEveryMs = 10_000;

/**
 * All who use a queue at the same time are of one version; the first to come says which.
 * @returns ends the participation
 * @throws EnvironmentError `queue-version` where another version is at work
 */
export async function agreeOnVersions(redis: Redis, { shown }: QueueAddress): Promise<() => void> {
  const own = JSON.stringify(ownVersions());
  await redis.set(key, own, 'EX', holdSeconds, 'NX');
  const found = versionsSchema.safeParse(JSON.parse(await redis.get(key) ?? own));
  if (!found.success || !sameVersions(found.data, ownVersions())) {
    const theirs = found.success ? versionsText(found.data) : 'something else';
    throw new EnvironmentError('queue-version', `${shown} is in use by ${theirs}; this is ${versionsText(ownVersions())}. Use the same version everywhere, or another database of that Redis (${shown.replace(/\/\d+$/, '')}/1).`);
  }
  const renew = () => redis.set(key, own, 'EX', holdSeconds).catch(() => undefined);
  await renew();
  const timer = setInterval(() => void renew(), renewEveryMs);
  return () => clearInterval(timer);
}
