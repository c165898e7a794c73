import { open } from 'node:fs/promises';
import { InputError } from '../../base/errors.ts';
import { architectureId } from '../../search/result.ts';
import type { SearchSpace } from '../../spaces/space.ts';
import { eventSchema } from '../eventTypes.ts';
import type { EvaluationTable } from './table.ts';

export interface EvaluatedArchitecture {
  readonly row: number;
  /** The short name that fronts and files use. */
  readonly id: string;
  /** The space's key. */
  readonly key: string;
  /** The name under which the space publishes it, if it does. */
  readonly name?: string;
  readonly arch: unknown;
}

/** Lines nearer than this are read at once, with what lies between them. */
const gapBytes = 16 << 10;
const mostBytesAtOnce = 4 << 20;

interface Place {
  /** Index into the rows that were asked for. */
  readonly index: number;
  readonly offset: number;
  readonly sizeBytes: number;
}

/**
 * Reads the architectures of some rows from the lines of the history that the table points to.
 * @returns one for each row, in the given order.
 * @throws InputError `unknown-row`, or `damaged-events` when a line is not the evaluation that the table knows.
 */
export async function readRows(
  path: string,
  table: EvaluationTable,
  rows: ArrayLike<number>,
  space: SearchSpace,
): Promise<EvaluatedArchitecture[]> {
  const { offset, sizeBytes, seq } = table.views();
  const seqs = Array.from(rows, (row) => seq[row]);
  const places = Array.from(rows, (row, index) => {
    if (!(Number.isInteger(row) && row >= 0 && row < table.count)) {
      throw new InputError('unknown-row', `There is no row ${row}; the study has ${table.count} evaluations, counted from 0.`);
    }
    return { index, offset: offset[row], sizeBytes: sizeBytes[row] };
  }).sort((a, b) => a.offset - b.offset);
  const names = new Map(Object.entries(space.networks).map(([name, arch]) => [space.key(arch), name]));
  const found = new Array<EvaluatedArchitecture>(places.length);
  if (places.length === 0) return found;
  const file = await open(path, 'r');
  try {
    for (const group of neighbours(places)) {
      const from = group[0].offset;
      const bytes = Buffer.alloc(Math.max(...group.map((place) => place.offset + place.sizeBytes)) - from);
      await file.read(bytes, 0, bytes.length, from);
      for (const place of group) {
        const begin = place.offset - from;
        const event = evaluationOf(bytes.toString('utf8', begin, begin + place.sizeBytes));
        if (event?.seq !== seqs[place.index]) {
          throw new InputError('damaged-events', `${path}, byte ${place.offset}: expected the evaluation that was here before; was it edited?`);
        }
        const key = event.label ?? space.key(space.parse(event.arch));
        const name = names.get(key);
        found[place.index] = {
          row: rows[place.index], id: architectureId(key), key, ...(name === undefined ? {} : { name }), arch: event.arch,
        };
      }
    }
  } finally {
    await file.close();
  }
  return found;
}

/** @param places by ascending offset */
function neighbours(places: readonly Place[]): Place[][] {
  const groups: Place[][] = [];
  let end = -Infinity;
  for (const place of places) {
    const group = groups.at(-1);
    const isNear = group !== undefined && place.offset - end < gapBytes && place.offset - group[0].offset < mostBytesAtOnce;
    if (isNear) group.push(place);
    else groups.push([place]);
    end = place.offset + place.sizeBytes;
  }
  return groups;
}

function evaluationOf(line: string) {
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch {
    return undefined;
  }
  const parsed = eventSchema.safeParse(json);
  return parsed.success && parsed.data.kind === 'evaluation' ? parsed.data : undefined;
}
