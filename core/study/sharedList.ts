import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { makeDirectory, writeError } from './files.ts';

/**
 * Appends lines to a list that several processes may append to at once: in one write, without a lock. What a killed process
 * left unfinished at its end becomes a line of its own.
 * @param remedy what the person should know or do after a failed write
 * @throws EnvironmentError `disk-full` or `cannot-write`
 */
export async function appendShared(path: string, lines: readonly string[], remedy?: string): Promise<void> {
  await makeDirectory(dirname(path), { remedy });
  let file: FileHandle | undefined;
  try {
    file = await open(path, 'a+');
    const begin = await endsUnfinished(file) ? '\n' : '';
    await file.appendFile(`${begin}${lines.map((line) => `${line}\n`).join('')}`);
    await file.sync();
  } catch (error) {
    throw writeError(error, path, remedy);
  } finally {
    await file?.close();
  }
}

async function endsUnfinished(file: FileHandle): Promise<boolean> {
  const { size } = await file.stat();
  if (size === 0) return false;
  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, size - 1);
  return buffer[0] !== 0x0a;
}
