import { randomUUID } from 'node:crypto';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { crc32 } from 'node:zlib';
import { z } from 'zod';
import { EnvironmentError, messageOf } from '../base/errors.ts';
import { imageBytes } from './imageSet.ts';

/**
 * Decoded images in one file: [slots, 3, S, S] pixels, a CRC-32 per slot (uint32, little endian), a JSON description,
 * and a footer of its length, the CRC-32 of table and description, and a mark. A slot whose image was skipped is a hole.
 */
const mark = Buffer.from('PKFPIX01');
const footerBytes = 8 + mark.length;
/** Images are read in runs of about this many bytes. */
const runBytes = 1 << 24;

const descriptionSchema = z.strictObject({
  key: z.string(),
  imageSize: z.int(),
  slots: z.int(),
  skipped: z.array(z.strictObject({ slot: z.int(), reason: z.string() })),
  /** False when a file could not be read for a reason that may pass; such a cache serves one run only. */
  reusable: z.boolean(),
});

export type CacheDescription = z.infer<typeof descriptionSchema>;

/** An open cache. `read` copies slot `slot` as [3, S, S]. */
export interface PixelStore {
  readonly description: CacheDescription;
  /** CRC-32 of every slot's pixels, [slots]. */
  readonly checksums: Uint32Array;
  read(slot: number, target: Uint8Array, offset: number): void;
  close(): void;
}

/** Writes a cache beside its final place and moves it there when it is whole. */
export class PixelCacheWriter {
  readonly #path: string;
  readonly #temporary: string;
  readonly #file: FileHandle;
  readonly #bytes: number;
  readonly #checksums: Uint32Array;

  private constructor(path: string, temporary: string, file: FileHandle, slots: number, imageSize: number) {
    this.#path = path;
    this.#temporary = temporary;
    this.#file = file;
    this.#bytes = imageBytes(imageSize);
    this.#checksums = new Uint32Array(slots);
  }

  /** @throws EnvironmentError `disk-full`, `data-cache` */
  static async create(path: string, slots: number, imageSize: number): Promise<PixelCacheWriter> {
    const temporary = `${path}.${hostname()}.${process.pid}.${randomUUID()}.tmp`;
    try {
      await mkdir(dirname(path), { recursive: true });
      await removeOrphans(path);
      return new PixelCacheWriter(path, temporary, await open(temporary, 'w'), slots, imageSize);
    } catch (error) {
      throw writeFailure(path, error);
    }
  }

  async write(slot: number, pixels: Uint8Array): Promise<void> {
    this.#checksums[slot] = crc32(pixels);
    await this.#put(pixels, slot * this.#bytes);
  }

  /** Completes the file and moves it to its place. */
  async finish(description: CacheDescription): Promise<void> {
    const table = Buffer.from(this.#checksums.buffer);
    const json = Buffer.from(JSON.stringify(description));
    const footer = Buffer.alloc(footerBytes);
    footer.writeUInt32LE(json.length, 0);
    footer.writeUInt32LE(crc32(json, crc32(table)), 4);
    mark.copy(footer, 8);
    await this.#put(Buffer.concat([table, json, footer]), this.#checksums.length * this.#bytes);
    try {
      await this.#file.sync();
      await this.#file.close();
      await rename(this.#temporary, this.#path);
    } catch (error) {
      throw writeFailure(this.#path, error);
    }
  }

  /** Removes what was written so far. */
  async discard(): Promise<void> {
    await this.#file.close().catch(() => {
      // Already closed: the failure came after closing.
    });
    await rm(this.#temporary, { force: true });
  }

  async #put(bytes: Uint8Array, position: number): Promise<void> {
    try {
      for (let done = 0; done < bytes.length;) {
        done += (await this.#file.write(bytes, done, bytes.length - done, position + done)).bytesWritten;
      }
    } catch (error) {
      throw writeFailure(this.#path, error);
    }
  }
}

/** Removes the unfinished files of processes on this machine that were killed while they wrote `path`. */
async function removeOrphans(path: string): Promise<void> {
  const prefix = `${basename(path)}.${hostname()}.`;
  for (const name of await readdir(dirname(path))) {
    if (!name.startsWith(prefix) || !name.endsWith('.tmp')) continue;
    const pid = Number(name.slice(prefix.length).split('.')[0]);
    if (!isRunning(pid)) await rm(join(dirname(path), name), { force: true });
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function writeFailure(path: string, error: unknown): EnvironmentError {
  return (error as NodeJS.ErrnoException).code === 'ENOSPC'
    ? new EnvironmentError('disk-full', `The disk is full: the decoded images do not fit at ${path}.`, { cause: error })
    : new EnvironmentError('data-cache', `The decoded images cannot be stored at ${path}: ${messageOf(error)}`,
      { cause: error });
}

/**
 * Opens a cache, or says why it cannot serve. Pixels up to `memoryLimitBytes` are read and checked at once; above it the
 * file stays open and every image is checked when it is read.
 * @throws EnvironmentError `data-cache-damaged` from a later `read` of a file that changed on disk.
 */
export function openPixelCache(path: string, memoryLimitBytes: number): PixelStore | { readonly unusable: string } {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (error) {
    return { unusable: messageOf(error) };
  }
  try {
    const head = readHead(file);
    if ('unusable' in head) return head;
    const { description, checksums } = head;
    const bytes = imageBytes(description.imageSize);
    if (description.slots * bytes > memoryLimitBytes) {
      const store = storeInFile(path, file, description, checksums);
      file = -1;
      return store;
    }
    const pixels = readPixels(file, description, checksums);
    if (!pixels) return { unusable: 'pixels do not match their checksums' };
    return {
      description,
      checksums,
      read: (slot, target, offset) => target.set(pixels.subarray(slot * bytes, (slot + 1) * bytes), offset),
      close: () => undefined,
    };
  } catch (error) {
    return { unusable: messageOf(error) };
  } finally {
    if (file >= 0) closeSync(file);
  }
}

function storeInFile(path: string, file: number, description: CacheDescription, checksums: Uint32Array): PixelStore {
  const bytes = imageBytes(description.imageSize);
  return {
    description,
    checksums,
    read(slot, target, offset) {
      const image = target.subarray(offset, offset + bytes);
      if (!readFully(file, image, slot * bytes) || crc32(image) !== checksums[slot]) {
        throw new EnvironmentError('data-cache-damaged', `The decoded images in ${path} are damaged. `
          + 'Delete this file and start again; it is rebuilt from the images.');
      }
    },
    close: () => closeSync(file),
  };
}

type Head = Pick<PixelStore, 'description' | 'checksums'>;

function readHead(file: number): Head | { readonly unusable: string } {
  const sizeBytes = fstatSync(file).size;
  const footer = Buffer.alloc(footerBytes);
  if (sizeBytes < footerBytes || !readFully(file, footer, sizeBytes - footerBytes)) return { unusable: 'too short' };
  if (!footer.subarray(8).equals(mark)) return { unusable: 'not a pixel cache' };
  const json = Buffer.alloc(Math.min(footer.readUInt32LE(0), sizeBytes));
  if (!readFully(file, json, sizeBytes - footerBytes - json.length)) return { unusable: 'too short' };
  const parsed = descriptionSchema.safeParse(parseJson(json));
  if (!parsed.success) return { unusable: 'its description is damaged' };
  const description = parsed.data;
  const table = Buffer.alloc(description.slots * 4);
  const pixelBytes = description.slots * imageBytes(description.imageSize);
  if (sizeBytes !== pixelBytes + table.length + json.length + footerBytes) return { unusable: 'unexpected length' };
  if (!readFully(file, table, pixelBytes) || crc32(json, crc32(table)) !== footer.readUInt32LE(4)) {
    return { unusable: 'its description is damaged' };
  }
  return { description, checksums: new Uint32Array(table.buffer, table.byteOffset, description.slots) };
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString());
  } catch {
    return undefined; // The schema refuses it.
  }
}

/** All slots in one array, or undefined when one of them does not match its checksum. */
function readPixels(file: number, description: CacheDescription, checksums: Uint32Array): Uint8Array | undefined {
  const bytes = imageBytes(description.imageSize);
  const pixels = new Uint8Array(description.slots * bytes);
  for (let at = 0; at < pixels.length; at += runBytes) {
    if (!readFully(file, pixels.subarray(at, at + runBytes), at)) return undefined;
  }
  const holes = new Set(description.skipped.map(({ slot }) => slot));
  for (let slot = 0; slot < description.slots; slot++) {
    const matches = crc32(pixels.subarray(slot * bytes, (slot + 1) * bytes)) === checksums[slot];
    if (!matches && !holes.has(slot)) return undefined;
  }
  return pixels;
}

/** Fills `target` from `position` on; false when the file ends before. */
function readFully(file: number, target: Uint8Array, position: number): boolean {
  for (let done = 0; done < target.length;) {
    const read = readSync(file, target, done, target.length - done, position + done);
    if (read === 0) return false;
    done += read;
  }
  return true;
}
