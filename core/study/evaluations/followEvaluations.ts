import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError } from '../../base/errors.ts';
import { oriented } from '../../search/objective.ts';
import type { Objective } from '../../search/objective.ts';
import type { SearchSpace, SpaceDimension } from '../../spaces/space.ts';
import { errorCode } from '../files.ts';
import { parseEventLine } from './eventLine.ts';
import type { EventLine } from './eventLine.ts';
import { defaultChunkBytes, lineChunks } from './lineChunks.ts';
import type { LineChunk } from './lineChunks.ts';
import { readRows } from './readRows.ts';
import type { EvaluatedArchitecture } from './readRows.ts';
import { EvaluationTable } from './table.ts';
import { readTableIndex, writeTableIndex } from './tableIndex.ts';
import type { HistoryPosition } from './tableIndex.ts';

export interface EvaluationsUpdate {
  /** Rows that were reported before are void; `from` is then 0. */
  readonly reset: boolean;
  /** The new rows: `from` up to but not including `to`. */
  readonly from: number;
  readonly to: number;
}

export interface EvaluationCoordinates extends SpaceDimension {
  /** One value for each row that was asked for. */
  readonly column: Float32Array;
}

export interface FollowOptions {
  /** `events.ndjson` and `cache` of `studyPaths`. */
  readonly paths: { readonly events: string; readonly cache: string };
  readonly space: SearchSpace;
  /** What the study's numbers are. */
  readonly objective: Pick<Objective, 'direction'>;
  /** An index is written when the history has grown by so much since the last one; smaller histories have none. */
  readonly indexEveryBytes?: number;
  readonly chunkBytes?: number;
}

const defaultIndexEveryBytes = 4 << 20;
const indexName = 'evaluations.index';

/**
 * What a study has evaluated, without what was done again after a resume, as a table that grows with the history. It
 * takes no lock: a job may write the history at the same time, in this process or another.
 */
export class FollowedEvaluations {
  readonly #options: FollowOptions;
  readonly #indexPath: string;
  #table = new EvaluationTable();
  #position = startOfHistory();
  /** Rows that the caller knows of, and how many of them still hold. */
  #reported = 0;
  #kept = 0;
  #fileId: number | undefined;
  #indexedByte = 0;
  #opened = false;
  #updating: Promise<unknown> = Promise.resolve();
  #indexing: Promise<void> = Promise.resolve();

  constructor(options: FollowOptions) {
    this.#options = options;
    this.#indexPath = join(options.paths.cache, indexName);
  }

  get table(): EvaluationTable {
    return this.#table;
  }

  /**
   * Reads on from where the last update ended. An unfinished or unreadable last line is left for the next time.
   * @throws InputError `damaged-events` when any other line cannot be read, naming it. Rows before it are in the table,
   * and the next update that succeeds reports them.
   */
  update(): Promise<EvaluationsUpdate> {
    const mine = this.#updating.then(() => this.#update());
    this.#updating = mine.catch(() => undefined);
    return mine;
  }

  /** Architectures of rows, in the given order. @throws InputError `unknown-row`, `damaged-events` */
  rows(rows: ArrayLike<number>): Promise<EvaluatedArchitecture[]> {
    return readRows(this.#options.paths.events, this.#table, rows, this.#options.space);
  }

  /** Every dimension of the space with the values of some rows. @throws as `rows`, InputError `invalid-architecture` */
  async coordinates(rows: ArrayLike<number>): Promise<EvaluationCoordinates[]> {
    const { space } = this.#options;
    const columns = space.dimensions.map((dimension) => ({ ...dimension, column: new Float32Array(rows.length) }));
    for (const [i, { arch }] of (await this.rows(rows)).entries()) {
      space.coordinates(space.parse(arch)).forEach((value, dimension) => {
        columns[dimension].column[i] = value;
      });
    }
    return columns;
  }

  /** Waits for what is still being read or written. */
  async close(): Promise<void> {
    await this.#updating;
    await this.#indexing;
  }

  async #update(): Promise<EvaluationsUpdate> {
    await this.#startAgainIfReplaced();
    if (!this.#opened) await this.#open();
    const { paths, chunkBytes = defaultChunkBytes } = this.#options;
    for await (const chunk of lineChunks(paths.events, this.#position.nextByte, chunkBytes)) this.#take(chunk);
    this.#writeIndexIfDue();
    const reset = this.#kept < this.#reported;
    const from = reset ? 0 : this.#reported;
    this.#reported = this.#kept = this.#table.count;
    return { reset, from, to: this.#table.count };
  }

  async #open(): Promise<void> {
    const index = await readTableIndex(this.#indexPath, this.#options.paths.events);
    this.#opened = true;
    if (index === undefined) return;
    this.#table = index.table;
    this.#position = index.position;
    this.#indexedByte = index.position.nextByte;
  }

  /** A history only grows; a shorter or another file under its name is another history. */
  async #startAgainIfReplaced(): Promise<void> {
    const { size, ino } = await sizeOf(this.#options.paths.events);
    const isSame = size >= this.#position.nextByte && (this.#fileId === undefined || this.#fileId === ino);
    this.#fileId = ino;
    if (isSame) return;
    this.#table = new EvaluationTable();
    this.#position = startOfHistory();
    this.#indexedByte = 0;
    this.#kept = 0;
  }

  #take({ bytes, offset, atEnd }: LineChunk): void {
    for (let begin = 0; begin < bytes.length;) {
      const end = bytes.indexOf(0x0a, begin);
      if (end === -1) return;
      const isLast = atEnd && end === bytes.length - 1;
      const line = parseEventLine(bytes, begin, end, isLast);
      const seq = line?.kind === 'evaluation' ? line.row.seq : line?.event.seq;
      if (line === undefined || seq === undefined || seq <= this.#position.lastSeq) {
        if (isLast) return;
        const place = `${this.#options.paths.events}:${this.#position.lines + 1}`;
        throw new InputError('damaged-events', `${place}: not an event of a study; delete this line to go on without it.`);
      }
      this.#add(line, offset + begin, end - begin);
      this.#position.lastSeq = seq;
      this.#position.lines++;
      this.#position.lastLineByte = offset + begin;
      this.#position.nextByte = offset + end + 1;
      begin = end + 1;
    }
  }

  #add(line: EventLine, offset: number, sizeBytes: number): void {
    if (line.kind === 'evaluation') {
      const value = oriented(this.#options.objective, line.row.number);
      this.#table.append(line.row, value, line.row.batch ?? this.#batch(), offset, sizeBytes);
      return;
    }
    const { event } = line;
    if (event.kind === 'generation') this.#position.generations.push({ seq: event.seq, generation: event.generation });
    if (event.kind !== 'resumed') return;
    this.#table.dropAfter(event.afterSeq);
    this.#kept = Math.min(this.#kept, this.#table.count);
    this.#position.generations = this.#position.generations.filter(({ seq }) => seq <= event.afterSeq);
  }

  /** Of an evaluation that does not say: the generation after the last finished one. */
  #batch(): number {
    const last = this.#position.generations.at(-1);
    return last === undefined ? 0 : last.generation + 1;
  }

  #writeIndexIfDue(): void {
    const { paths, indexEveryBytes = defaultIndexEveryBytes } = this.#options;
    if (this.#position.nextByte - this.#indexedByte < indexEveryBytes) return;
    this.#indexedByte = this.#position.nextByte;
    const position = structuredClone(this.#position);
    // Nothing depends on the index, and a folder that may only be read can be looked at all the same.
    const write = writeTableIndex(this.#indexPath, paths.events, this.#table, position).catch(() => undefined);
    this.#indexing = this.#indexing.then(() => write);
  }
}

const startOfHistory = (): HistoryPosition => ({ nextByte: 0, lastLineByte: 0, lines: 0, lastSeq: 0, generations: [] });

async function sizeOf(path: string): Promise<{ size: number; ino: number | undefined }> {
  try {
    const { size, ino } = await stat(path);
    return { size, ino };
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(errorCode(error))) return { size: 0, ino: undefined };
    throw error;
  }
}
