import { createHash } from 'node:crypto';
import { open, readFile } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { endianness } from 'node:os';
import { dirname } from 'node:path';
import { z } from 'zod';
import { errorCode, makeDirectory, writeFileAtomic } from '../files.ts';
import { EvaluationTable } from './table.ts';
import type { AllColumns } from './table.ts';

const format = 'pocketformer-evaluations-index';
const version = 2;
const count = z.int().min(0);

/** How far a history has been read. */
const positionSchema = z.object({
  /** Where the next line begins. */
  nextByte: count,
  /** Where the last line that was read begins. */
  lastLineByte: count,
  lines: count,
  lastSeq: count,
  /** Finished generations of the search and the numbers of the events that said so. */
  generations: z.array(z.object({ seq: count, generation: count })),
});
export type HistoryPosition = z.output<typeof positionSchema>;

const headerSchema = positionSchema.extend({
  format: z.literal(format), version: z.literal(version), endianness: z.literal(endianness()),
  rows: count, devices: z.array(z.string()),
  /** SHA-256 of the columns, and of the history's beginning and last line, by which it is known again. */
  columns: z.string(), history: z.string(),
});

/** The file begins with the length of a JSON header, padded to a multiple of 8, after which the columns follow. */
const lengthBytes = 8;
const historyHeadBytes = 4096;

/**
 * Writes a table down, so that the next reader of the same history need not read all of it. Can be deleted at any time.
 * @throws EnvironmentError `disk-full` or `cannot-write`
 */
export async function writeTableIndex(path: string, historyPath: string, table: EvaluationTable, position: HistoryPosition): Promise<void> {
  // Copied at once, because the table may grow while the file is written.
  const columns = Buffer.concat(inOrder(table.views()).map((column) => new Uint8Array(column.buffer, column.byteOffset, column.byteLength)));
  const { count: rows, devices } = table;
  const history = await historyMark(historyPath, position);
  if (history === undefined) return;
  const header: z.output<typeof headerSchema> = {
    format, version, endianness: endianness(), rows, devices, ...position, columns: digest(columns), history,
  };
  const text = Buffer.from(JSON.stringify(header));
  const padded = Buffer.alloc(lengthBytes + Math.ceil(text.length / 8) * 8, ' ');
  padded.writeUInt32LE(padded.length - lengthBytes, 0);
  padded.writeUInt32LE(0, 4);
  text.copy(padded, lengthBytes);
  await makeDirectory(dirname(path));
  await writeFileAtomic(path, [padded, columns]);
}

/** Reads what `writeTableIndex` wrote; undefined when there is nothing, or nothing that belongs to this history. */
export async function readTableIndex(
  path: string,
  historyPath: string,
): Promise<{ table: EvaluationTable; position: HistoryPosition } | undefined> {
  const bytes = await bytesOf(path);
  if (bytes === undefined || bytes.length < lengthBytes) return undefined;
  const columnsFrom = lengthBytes + bytes.readUInt32LE(0);
  const header = headerSchema.safeParse(jsonOf(bytes.toString('utf8', lengthBytes, columnsFrom)));
  if (!header.success) return undefined;
  const { rows, devices, columns, history } = header.data;
  const position = positionSchema.parse(header.data);
  const body = bytes.subarray(columnsFrom);
  if (body.length !== rows * bytesPerRow(devices.length) || digest(body) !== columns) return undefined;
  if (await historyMark(historyPath, position) !== history) return undefined;
  return { table: EvaluationTable.of(columnsOf(body, rows, devices)), position };
}

const bytesPerRow = (devices: number) => 4 * 8 + (3 + devices) * 4;

/** The widest first, so that each begins where its type may. */
const inOrder = ({ macs, params, offset, value, batch, seq, sizeBytes, latencyMs }: AllColumns) =>
  [macs, params, offset, value, batch, seq, sizeBytes, ...latencyMs.values()];

function columnsOf(body: Buffer, rows: number, devices: readonly string[]): AllColumns {
  // Copied once: a file's bytes need not begin at a multiple of 8.
  const buffer = new Uint8Array(body).buffer;
  let at = 0;
  const next = (bytesPerValue: number) => {
    const begin = at;
    at += rows * bytesPerValue;
    return begin;
  };
  const float64 = () => new Float64Array(buffer, next(8), rows);
  const float32 = () => new Float32Array(buffer, next(4), rows);
  const uint32 = () => new Uint32Array(buffer, next(4), rows);
  return {
    macs: float64(), params: float64(), offset: float64(), value: float64(), batch: uint32(), seq: uint32(),
    sizeBytes: uint32(), latencyMs: new Map(devices.map((device) => [device, float32()])),
  };
}

/** What tells a history from others and from itself after an edit; undefined when it is shorter than `position` says. */
async function historyMark(path: string, { nextByte, lastLineByte }: HistoryPosition): Promise<string | undefined> {
  let file: FileHandle;
  try {
    file = await open(path, 'r');
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(errorCode(error))) return undefined;
    throw error;
  }
  try {
    if ((await file.stat()).size < nextByte) return undefined;
    const head = await bytesBetween(file, 0, Math.min(historyHeadBytes, nextByte));
    const lastLine = await bytesBetween(file, lastLineByte, nextByte);
    return digest(Buffer.concat([head, lastLine]));
  } finally {
    await file.close();
  }
}

async function bytesBetween(file: FileHandle, from: number, to: number): Promise<Buffer> {
  const bytes = Buffer.alloc(Math.max(0, to - from));
  await file.read(bytes, 0, bytes.length, from);
  return bytes;
}

async function bytesOf(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    // An index that cannot be read is as good as none: the history holds everything.
    if (errorCode(error) !== '') return undefined;
    throw error;
  }
}

const digest = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
