import { z } from 'zod';
import { InputError, messageOf } from '../../base/errors.ts';
import { measurementFormat, measurementSchema, measurementVersion, type Measurement } from './record.ts';
import { summariseRounds } from './statistics.ts';
import { blocksOf } from './subject.ts';

/** A measurement and where it stands, for messages: "host.jsonl:12". */
export interface PlacedMeasurement {
  readonly measurement: Measurement;
  readonly place: string;
}

/** Stored figures are rounded less than this. */
const tolerance = 1e-3;

/**
 * Measurements from JSON lines, in their order; empty lines do not count. One that is not good spoils the file, because a
 * fit to the rest would silently be another one.
 * @param source what the text is from, for messages
 * @throws InputError `truncated-measurements`, `newer-measurement` or `invalid-measurement`, naming line and field
 */
export function parseMeasurements(text: string, source: string): PlacedMeasurement[] {
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  const placed: PlacedMeasurement[] = [];
  lines.forEach((line, i) => {
    if (line.trim() === '') return;
    const place = `${source}:${i + 1}`;
    placed.push({ measurement: parseLine(line, place, i === lines.length - 1), place });
  });
  if (placed.length === 0) throw new InputError('invalid-measurement', `${source}: holds no measurement; expected one JSON object a line.`);
  refuseRepeated(placed);
  return placed;
}

function parseLine(line: string, place: string, isLast: boolean): Measurement {
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch (cause) {
    if (isLast && line.trimStart().startsWith('{')) {
      throw new InputError('truncated-measurements', `${place}: ends in the middle of a measurement, so the file was cut off; `
        + 'delete this line to use those before it.', { cause });
    }
    throw new InputError('invalid-measurement', `${place}: is not JSON: ${messageOf(cause)}.`, { cause });
  }
  return checkMeasurement(json, place);
}

/**
 * A measurement from its JSON.
 * @throws InputError `newer-measurement` or `invalid-measurement`, naming the field
 */
export function checkMeasurement(json: unknown, place: string): Measurement {
  const head = z.object({ format: z.literal(measurementFormat), version: z.number() }).safeParse(json);
  if (!head.success) {
    throw new InputError('invalid-measurement', `${place}: is no measurement; expected "format": "${measurementFormat}" and a "version".`);
  }
  if (head.data.version > measurementVersion) {
    throw new InputError('newer-measurement', `${place}: is a measurement of version ${head.data.version}, made by a newer Pocketformer; `
      + `this one reads version ${measurementVersion}.`);
  }
  const parsed = measurementSchema.safeParse(json);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw invalid(place, issue.path.join('.'), issue.message, parsed.error);
  }
  requireConsistent(parsed.data, place);
  return parsed.data;
}

/** Whether what is said twice is said alike: such files were edited, or damaged, or mixed. */
function requireConsistent(measurement: Measurement, place: string): void {
  const { timing, latencyMs, spread, of, blockTimes } = measurement;
  if (timing.kind === 'runs') {
    const summary = summariseRounds(timing.rounds);
    if (!near(latencyMs, summary.latencyMs)) {
      throw invalid(place, 'latencyMs', `is ${latencyMs}, but the median of its rounds' medians is ${summary.latencyMs}`);
    }
    if ((spread === null) !== (summary.spread === null) || (spread !== null && Math.abs(spread - summary.spread!) > tolerance)) {
      throw invalid(place, 'spread', `is ${spread}, but its rounds' medians lie ${summary.spread} apart`);
    }
  }
  let blocks;
  try {
    blocks = blocksOf(of);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw invalid(place, 'of', error.message.replace(/\.$/, ''), error);
  }
  const stranger = blockTimes?.blocks.find(({ name }) => blocks !== undefined && !blocks.some((block) => block.name === name));
  if (stranger) throw invalid(place, 'blockTimes.blocks', `"${stranger.name}" is no block of the measured network`);
}

const near = (a: number, b: number) => Math.abs(a - b) <= tolerance * Math.abs(b);

/** Counted twice, a measurement would look surer than it is. @throws InputError `invalid-measurement`, naming both places */
export function refuseRepeated(placed: readonly PlacedMeasurement[]): void {
  const seen = new Map<string, string>();
  for (const { measurement, place } of placed) {
    const key = JSON.stringify(measurement);
    const earlier = seen.get(key);
    if (earlier !== undefined) {
      throw new InputError('invalid-measurement', `${place}: is the same measurement as ${earlier}; expected each only once.`);
    }
    seen.set(key, place);
  }
}

function invalid(place: string, field: string, reason: string, cause?: unknown): InputError {
  return new InputError('invalid-measurement', `${place}: ${field === '' ? 'the measurement' : field}: ${reason}.`, { cause });
}
