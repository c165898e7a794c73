import { existsSync } from 'node:fs';
import { readFile, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode, makeDirectory, namesIn, removeQuietly, writeFileAtomic } from '../../files.ts';
import { checkedBlob, hashOf, missingBlob, type BlobStore } from './blobStore.ts';

/** Bytes as files of a folder, each named by its hash: a worker's cache, or a disk that machines share. */
export class FolderBlobs implements BlobStore {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  has(hash: string): boolean {
    return existsSync(this.#path(hash));
  }

  async put(bytes: Uint8Array): Promise<string> {
    const hash = hashOf(bytes);
    if (this.has(hash)) return hash;
    await makeDirectory(this.#folder);
    await writeFileAtomic(this.#path(hash), bytes);
    return hash;
  }

  /** Damaged ones are removed, so that they can be had anew. */
  async get(hash: string): Promise<Uint8Array> {
    let bytes: Uint8Array;
    try {
      bytes = await readFile(this.#path(hash));
    } catch (error) {
      if (errorCode(error) === 'ENOENT') throw missingBlob(hash, this.#folder);
      throw error;
    }
    try {
      checkedBlob(hash, bytes, this.#folder);
    } catch (error) {
      await removeQuietly(this.#path(hash));
      throw error;
    }
    const now = new Date();
    await utimes(this.#path(hash), now, now).catch(() => undefined);
    return bytes;
  }

  /** Removes what nobody asked for in so long. */
  async removeUnused(olderThanMs: number): Promise<void> {
    for (const name of await namesIn(this.#folder)) {
      const path = join(this.#folder, name);
      const found = /^[0-9a-f]{64}$/.test(name) ? await stat(path).catch(() => undefined) : undefined;
      if (found && Date.now() - found.mtimeMs > olderThanMs) await removeQuietly(path);
    }
  }

  #path(hash: string): string {
    return join(this.#folder, hash);
  }
}
