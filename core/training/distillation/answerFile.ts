import { closeSync, constants, mkdirSync, openSync, readSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { crc32 } from 'node:zlib';

const checksumBytes = 4;

/**
 * Answers on disk: records of one size, number n at n times that size, in a file without a head. Each begins with a
 * CRC-32 over the file's key, the record's number, a checksum of the pixels that were answered, and the answer. So a
 * record counts only if it was written whole, to this place, for these pixels: what a killed process left half-written,
 * and what was never written, is not found, and processes that share a file write answers to the same questions and
 * need no lock.
 */
export class AnswerFile {
  readonly #file: number;
  readonly #salt: number;
  readonly #record: Buffer;

  /**
   * Opens a file, or creates an empty one.
   * @param key everything that determines the answers besides the pixels
   * @throws what the file system says
   */
  constructor(path: string, key: string, valuesPerRecord: number) {
    mkdirSync(dirname(path), { recursive: true });
    this.#file = openSync(path, constants.O_RDWR | constants.O_CREAT);
    this.#salt = crc32(key);
    this.#record = Buffer.alloc(recordBytes(valuesPerRecord));
  }

  /** The answer of a record, or undefined when there is none for these pixels. */
  read(number: number, pixelsChecksum: number): Uint16Array | undefined {
    const record = this.#record;
    const position = number * record.length;
    for (let done = 0; done < record.length;) {
      const read = readSync(this.#file, record, done, record.length - done, position + done);
      if (read === 0) return undefined;
      done += read;
    }
    if (record.readUInt32LE(0) !== this.#checksum(number, pixelsChecksum)) return undefined;
    return Uint16Array.from({ length: (record.length - checksumBytes) / 2 }, (_, i) => record.readUInt16LE(checksumBytes + 2 * i));
  }

  /** @throws what the file system says; a record that was not written whole is not found afterwards */
  write(number: number, pixelsChecksum: number, answer: Uint16Array): void {
    const record = this.#record;
    answer.forEach((value, i) => record.writeUInt16LE(value, checksumBytes + 2 * i));
    record.writeUInt32LE(this.#checksum(number, pixelsChecksum), 0);
    const position = number * record.length;
    for (let done = 0; done < record.length;) done += writeSync(this.#file, record, done, record.length - done, position + done);
  }

  close(): void {
    closeSync(this.#file);
  }

  /** Of the answer in the record's buffer. */
  #checksum(number: number, pixelsChecksum: number): number {
    return crc32(this.#record.subarray(checksumBytes), crc32(`${number}/${pixelsChecksum}`, this.#salt));
  }
}

/** Bytes on disk of an answer with so many values. */
export function recordBytes(values: number): number {
  return checksumBytes + 2 * values;
}
