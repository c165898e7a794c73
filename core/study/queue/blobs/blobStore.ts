import { createHash } from 'node:crypto';
import { EnvironmentError } from '../../../base/errors.ts';

/** Bytes by their SHA-256: what is large travels once, however many chunks need it. */
export interface BlobStore {
  /** Keeps bytes that are not there yet. @returns their hash */
  put(bytes: Uint8Array): Promise<string>;
  /** @throws EnvironmentError `missing-blob`, or `damaged-blob` when the bytes are not those of the hash */
  get(hash: string): Promise<Uint8Array>;
}

export const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** @param place where the bytes are, for the message */
export function missingBlob(hash: string, place: string): EnvironmentError {
  return new EnvironmentError('missing-blob', `${place} does not have the data ${hash.slice(0, 12)} that a chunk of work needs.`);
}

/** The bytes, when they are what the hash says. @throws EnvironmentError `damaged-blob` */
export function checkedBlob(hash: string, bytes: Uint8Array, place: string): Uint8Array {
  if (hashOf(bytes) === hash) return bytes;
  throw new EnvironmentError('damaged-blob', `The data ${hash.slice(0, 12)} that a chunk of work needs came damaged from ${place}: the SHA-256 is another one.`);
}
