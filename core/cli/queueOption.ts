import { defaultChunkMinutes } from '../study/queue/chunks/limit.ts';
import { addressExpected, readAddress, type QueueAddress } from '../study/queue/redis/address.ts';
import { optional, positiveNumber, required, type Kind } from './options.ts';

/** What is wrong with an address is said without it, because it may hold a password. */
const queueKind: Kind<QueueAddress> = { placeholder: 'ADDRESS', expected: addressExpected, read: (value) => readAddress(value) };

/** For whoever hands out work. */
export const queueOption = optional(queueKind, 'Redis whose workers do this ("pocketformer worker"), in place of this machine; "environment" for the address in POCKETFORMER_QUEUE');
/** For whoever hands out work, too. */
export const chunkMinutesOption = optional(positiveNumber('MINUTES', 'minutes'), `With --queue: time after which a chunk is taken from its worker and given to another one (default: ${defaultChunkMinutes})`);
/** For whoever does it. */
export const joinedQueueOption = required(queueKind, 'Redis to work for: redis://HOST:PORT, rediss://HOST:PORT for TLS, or "environment" for the address in POCKETFORMER_QUEUE');
