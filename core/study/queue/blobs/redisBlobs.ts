import type { Redis } from 'ioredis';
import { keyOf } from '../redis/keys.ts';
import { checkedBlob, hashOf, missingBlob, type BlobStore } from './blobStore.ts';

/** Redis takes half a GiB at most, and answers nobody else while it moves one value. */
const pieceBytes = 4 * 2 ** 20;
/** How long bytes stay after the last submitter who needs them. */
const keepSeconds = 6 * 3600;

/** Bytes in a Redis, in pieces. How many there are is written last, so that others see all of them or none. */
export class RedisBlobs implements BlobStore {
  readonly #redis: Redis;
  readonly #place: string;

  /** @param place the Redis, for messages */
  constructor(redis: Redis, place: string) {
    this.#redis = redis;
    this.#place = place;
  }

  async put(bytes: Uint8Array): Promise<string> {
    const hash = hashOf(bytes);
    if (await this.keep(hash)) return hash;
    const count = Math.ceil(bytes.length / pieceBytes);
    for (let i = 0; i < count; i++) {
      const piece = bytes.subarray(i * pieceBytes, (i + 1) * pieceBytes);
      await this.#redis.set(pieceKey(hash, i), Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength), 'EX', keepSeconds);
    }
    await this.#redis.set(countKey(hash), count, 'EX', keepSeconds);
    return hash;
  }

  async get(hash: string): Promise<Uint8Array> {
    const count = await this.#redis.get(countKey(hash));
    if (count === null) throw missingBlob(hash, this.#place);
    const pieces: Buffer[] = [];
    for (let i = 0; i < Number(count); i++) {
      const piece = await this.#redis.getBuffer(pieceKey(hash, i));
      if (piece === null) throw missingBlob(hash, this.#place);
      pieces.push(piece);
    }
    try {
      return checkedBlob(hash, Buffer.concat(pieces), this.#place);
    } catch (error) {
      // Whoever has the bytes brings them again.
      await this.#redis.del(countKey(hash));
      throw error;
    }
  }

  /** Lets bytes stay longer. @returns whether all of them are there */
  async keep(hash: string): Promise<boolean> {
    const count = await this.#redis.get(countKey(hash));
    if (count === null) return false;
    const keys = [countKey(hash), ...Array.from({ length: Number(count) }, (_, i) => pieceKey(hash, i))];
    const kept = await Promise.all(keys.map((key) => this.#redis.expire(key, keepSeconds)));
    return kept.every((found) => found === 1);
  }
}

const countKey = (hash: string) => keyOf('blob', hash);
const pieceKey = (hash: string, i: number) => keyOf('blob', hash, i);
