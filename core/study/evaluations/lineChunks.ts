import { open } from 'node:fs/promises';
import { errorCode } from '../files.ts';

export const defaultChunkBytes = 4 << 20;

export interface LineChunk {
  /** Whole lines, and after the last of them perhaps an unfinished one. Valid until the next chunk is asked for. */
  readonly bytes: Buffer;
  /** Where `bytes` begin in the file. */
  readonly offset: number;
  /** The file has ended: the last line here is its last. */
  readonly atEnd: boolean;
}

/**
 * Reads a file of lines from a byte on, in chunks of whole lines whatever its size. The file's last line always comes
 * with `atEnd`, so that it can be treated with more care than the others. A file that does not exist is empty.
 */
export async function* lineChunks(path: string, fromByte: number, chunkBytes = defaultChunkBytes): AsyncGenerator<LineChunk> {
  const file = await openIfThere(path);
  if (file === undefined) return;
  try {
    let buffer = Buffer.allocUnsafe(chunkBytes);
    let offset = fromByte;
    let filled = 0;
    for (;;) {
      const { bytesRead } = await file.read(buffer, filled, buffer.length - filled, offset + filled);
      filled += bytesRead;
      if (bytesRead === 0) {
        yield { bytes: buffer.subarray(0, filled), offset, atEnd: true };
        return;
      }
      const whole = endOfLastButOne(buffer, filled);
      if (whole > 0) {
        yield { bytes: buffer.subarray(0, whole), offset, atEnd: false };
        buffer.copyWithin(0, whole, filled);
        offset += whole;
        filled -= whole;
      }
      if (filled === buffer.length) {
        const larger = Buffer.allocUnsafe(2 * buffer.length);
        buffer.copy(larger);
        buffer = larger;
      }
    }
  } finally {
    await file.close();
  }
}

/** Byte after the last line but one; 0 when there are fewer than two whole lines. */
function endOfLastButOne(buffer: Buffer, filled: number): number {
  const last = buffer.lastIndexOf(0x0a, filled - 1);
  return last <= 0 ? 0 : buffer.lastIndexOf(0x0a, last - 1) + 1;
}

async function openIfThere(path: string) {
  try {
    return await open(path, 'r');
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(errorCode(error))) return undefined;
    throw error;
  }
}
