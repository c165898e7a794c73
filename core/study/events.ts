import { closeSync, constants, fstatSync, fsyncSync, ftruncateSync, openSync, readFileSync, readSync, writeSync } from 'node:fs';
import { InputError } from '../base/errors.ts';
import { eventSchema, milestoneKinds } from './eventTypes.ts';
import type { NewEvent, StudyEvent } from './eventTypes.ts';
import { errorCode, writeError } from './files.ts';

export interface EventsRead {
  readonly events: StudyEvent[];
  /** Where the next event will begin; read on from here to follow a running study. */
  readonly nextByte: number;
}

/**
 * Reads an events file (one JSON object a line). An unfinished or unreadable last line is what a crash leaves, or an
 * event being written at this moment: it is not part of the history.
 * @param fromByte 0 or an earlier `nextByte`.
 * @throws InputError `damaged-events` when any other line cannot be read, naming it.
 */
export function readEvents(path: string, fromByte = 0): EventsRead {
  const bytes = readFrom(path, fromByte);
  const events: StudyEvent[] = [];
  let begin = 0;
  for (let line = 1; begin < bytes.length; line++) {
    const end = bytes.indexOf(0x0a, begin);
    if (end === -1) break;
    const event = parseEvent(bytes.toString('utf8', begin, end), events.at(-1));
    if (event === undefined) {
      if (end === bytes.length - 1) break;
      throw new InputError('damaged-events', `${path}:${line + linesBefore(path, fromByte)}: not an event of a study; delete this line to go on without it.`);
    }
    events.push(event);
    begin = end + 1;
  }
  return { events, nextByte: fromByte + begin };
}

/** Counted for a message alone: people find lines, not bytes. */
export function linesBefore(path: string, byte: number): number {
  return byte === 0 ? 0 : readFrom(path, 0).subarray(0, byte).reduce((count, code) => count + Number(code === 0x0a), 0);
}

function readFrom(path: string, fromByte: number): Buffer {
  if (fromByte === 0) {
    try {
      return readFileSync(path);
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return Buffer.alloc(0);
      throw error;
    }
  }
  const file = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(Math.max(0, fstatSync(file).size - fromByte));
    return bytes.subarray(0, readSync(file, bytes, 0, bytes.length, fromByte));
  } finally {
    closeSync(file);
  }
}

function parseEvent(line: string, previous: StudyEvent | undefined): StudyEvent | undefined {
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch {
    return undefined;
  }
  const parsed = eventSchema.safeParse(json);
  return parsed.success && parsed.data.seq > (previous?.seq ?? 0) ? parsed.data : undefined;
}

/**
 * Appends events to a study's history. Every event is written as one whole line at once, so that a killed process
 * leaves at most one unfinished line, which the next one removes. The caller must hold the study's lock.
 */
export class EventLog {
  readonly path: string;
  readonly #file: number;
  readonly #remedy: string | undefined;
  #sizeBytes: number;
  #lastSeq: number;

  /**
   * Opens a history, new or old, after removing an unfinished last line.
   * @throws InputError `damaged-events`, EnvironmentError `disk-full` or `cannot-write`.
   */
  constructor(path: string, options: { remedy?: string } = {}) {
    const { events, nextByte } = readEvents(path);
    this.path = path;
    this.#remedy = options.remedy;
    this.#lastSeq = events.at(-1)?.seq ?? 0;
    this.#sizeBytes = nextByte;
    try {
      // Not for appending: Windows cannot cut a file that was opened so.
      this.#file = openSync(path, constants.O_RDWR | constants.O_CREAT, 0o666);
      ftruncateSync(this.#file, nextByte);
    } catch (error) {
      throw writeError(error, path, this.#remedy);
    }
  }

  /** Number of the newest event, 0 before the first. */
  get lastSeq(): number {
    return this.#lastSeq;
  }

  /**
   * Adds one event; milestones are on the disk when this returns. Numbers that are not finite become null.
   * @throws EnvironmentError `disk-full` or `cannot-write`; the history then ends with the event before.
   */
  append(event: NewEvent): StudyEvent {
    const numbered = { seq: this.#lastSeq + 1, time: new Date().toISOString(), ...event };
    const complete = eventSchema.parse(JSON.parse(JSON.stringify(numbered)));
    const line = Buffer.from(`${JSON.stringify(complete)}\n`);
    try {
      for (let written = 0; written < line.length;) {
        written += writeSync(this.#file, line, written, line.length - written, this.#sizeBytes + written);
      }
      if (milestoneKinds.has(complete.kind)) fsyncSync(this.#file);
    } catch (error) {
      this.#dropUnfinishedLine();
      throw writeError(error, this.path, this.#remedy);
    }
    this.#lastSeq = complete.seq;
    this.#sizeBytes += line.length;
    return complete;
  }

  /** Waits until everything appended is on the disk. */
  flush(): void {
    try {
      fsyncSync(this.#file);
    } catch (error) {
      throw writeError(error, this.path, this.#remedy);
    }
  }

  close(): void {
    closeSync(this.#file);
  }

  #dropUnfinishedLine(): void {
    try {
      ftruncateSync(this.#file, this.#sizeBytes);
    } catch {
      // The write's own error is the one to report, and readers skip an unfinished line anyway.
    }
  }
}
