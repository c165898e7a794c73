import { stat } from 'node:fs/promises';
import { InputError } from '../base/errors.ts';
import { looksLikeEvaluation, parseEventLine } from './evaluations/eventLine.ts';
import { lineChunks } from './evaluations/lineChunks.ts';
import { linesBefore } from './events.ts';
import type { StudyEvent } from './eventTypes.ts';
import { errorCode } from './files.ts';

/**
 * Reads a growing history portion by portion. Evaluations are left out: there can be hundreds of thousands, and
 * whoever wants them wants columns (evaluations/followEvaluations.ts).
 */
export class EventFollower {
  readonly #path: string;
  #nextByte = 0;

  constructor(path: string) {
    this.#path = path;
  }

  /**
   * What was added since the last call, in order.
   * @throws InputError `damaged-events` when a line before the last cannot be read
   */
  async update(): Promise<StudyEvent[]> {
    if (await sizeOf(this.#path) <= this.#nextByte) return [];
    const events: StudyEvent[] = [];
    for await (const { bytes, offset, atEnd } of lineChunks(this.#path, this.#nextByte)) {
      for (let begin = 0; begin < bytes.length;) {
        const end = bytes.indexOf(0x0a, begin);
        // An event that is being written at this moment.
        if (end === -1) break;
        if (!looksLikeEvaluation(bytes, begin, end)) {
          const line = parseEventLine(bytes, begin, end);
          if (line === undefined) {
            if (atEnd && end === bytes.length - 1) break;
            throw new InputError('damaged-events', `${this.#path}:${1 + linesBefore(this.#path, offset + begin)}: not an event of a study; delete this line to go on without it.`);
          }
          if (line.kind === 'other') events.push(line.event);
        }
        begin = end + 1;
        this.#nextByte = offset + begin;
      }
    }
    return events;
  }
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(errorCode(error))) return 0;
    throw error;
  }
}
