import { open } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { z } from 'zod';
import { InputError } from '../base/errors.ts';
import { makeDirectory, writeError } from './files.ts';
import { readText } from './textFile.ts';

/**
 * Appends one record to a list of JSON lines, and returns when it is on the disk. The caller is the only writer, and has
 * read the list with `readRecords` before, which tells where the last whole record ends.
 * @param endByte where the record begins; what a killed process left unfinished behind it is overwritten
 * @returns where the next record begins
 * @throws EnvironmentError `disk-full` or `cannot-write`
 */
export async function appendRecord(path: string, record: object, endByte: number): Promise<number> {
  const remedy = 'what was written before is kept; free space, then call the same command again.';
  await makeDirectory(dirname(path), { remedy });
  const line = Buffer.from(`${JSON.stringify(record)}\n`);
  try {
    const file = await open(path, endByte === 0 ? 'w' : 'r+');
    try {
      await file.truncate(endByte);
      await file.write(line, 0, line.length, endByte);
      await file.sync();
    } finally {
      await file.close();
    }
  } catch (error) {
    throw writeError(error, path, remedy);
  }
  return endByte + line.length;
}

export interface RecordsRead<T> {
  readonly records: readonly T[];
  /** Where the next record begins. */
  readonly endByte: number;
}

/**
 * The records of a list of JSON lines; none where there is no file. An unfinished last line is what a killed process
 * leaves, and no record.
 * @throws InputError `damaged-records` when a whole line is no record, naming it
 */
export async function readRecords<T>(path: string, schema: z.ZodType<T>): Promise<RecordsRead<T>> {
  let text: string;
  try {
    text = await readText(path);
  } catch (error) {
    if (error instanceof InputError && error.code === 'missing-file') return { records: [], endByte: 0 };
    throw error;
  }
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  const records = whole.split('\n').slice(0, -1).map((line, i) => {
    const parsed = schema.safeParse(jsonOf(line));
    if (!parsed.success) {
      throw new InputError('damaged-records', `${path}:${i + 1}: is no record of this list; delete this and all later lines to go on from before it.`, { cause: parsed.error });
    }
    return parsed.data;
  });
  return { records, endByte: Buffer.byteLength(whole) };
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch {
    return undefined;
  }
}
