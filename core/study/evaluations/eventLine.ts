import { z } from 'zod';
import { eventSchema } from '../eventTypes.ts';
import type { StudyEvent } from '../eventTypes.ts';

/** What a table holds of an evaluation. Numbers that are missing or were not finite are NaN. */
export interface EvaluationRow {
  readonly seq: number;
  /** The accuracy or score of the event. */
  readonly number: number;
  readonly macs: number;
  readonly params: number;
  /** Absent in studies of earlier versions. */
  readonly batch: number | undefined;
  readonly latencyMs: Readonly<Record<string, number | null>>;
}

export type EventLine = { readonly kind: 'evaluation'; readonly row: EvaluationRow } | { readonly kind: 'other'; readonly event: StudyEvent };

const number = z.number().nullish();
/** The beginning of an evaluation's line as it is written now, before the label. */
const headSchema = z.object({
  seq: z.int().min(1), kind: z.literal('evaluation'), accuracy: number, score: number, macs: number, params: number,
  latencyMs: z.record(z.string(), z.number().nullable()).optional(), batch: z.int().min(0).optional(),
});

const evaluationKind = Buffer.from(',"kind":"evaluation",');
/** What earlier versions wrote first: such lines have to be read as a whole. */
const arch = Buffer.from('"arch":');
const label = Buffer.from(',"label":');
const timeBytes = ',"time":"2026-01-01T00:00:00.000Z"'.length;
const closingBrace = 0x7d;

/** Whether a line begins as an evaluation's does: number, time, kind. Lines that others wrote may not. */
export function looksLikeEvaluation(bytes: Buffer, begin: number, end: number): boolean {
  const comma = bytes.indexOf(0x2c, begin);
  const from = comma + timeBytes;
  return comma !== -1 && from + evaluationKind.length < end
    && bytes.compare(evaluationKind, 0, evaluationKind.length, from, from + evaluationKind.length) === 0;
}

/**
 * Reads one line of a history. Of an evaluation, only what comes before the label is looked at, where that is enough.
 * @param whole look at all of the line in any case.
 * @returns undefined when it is not an event.
 */
export function parseEventLine(bytes: Buffer, begin: number, end: number, whole = false): EventLine | undefined {
  if (!whole && looksLikeEvaluation(bytes, begin, end) && bytes[end - 1] === closingBrace) {
    const row = headRow(bytes, begin, end);
    if (row !== undefined) return { kind: 'evaluation', row };
  }
  const parsed = eventSchema.safeParse(jsonOf(bytes.toString('utf8', begin, end)));
  if (!parsed.success) return undefined;
  const event = parsed.data;
  return event.kind === 'evaluation' ? { kind: 'evaluation', row: rowOf(event) } : { kind: 'other', event };
}

function headRow(bytes: Buffer, begin: number, end: number): EvaluationRow | undefined {
  const line = bytes.subarray(begin, end);
  const length = line.indexOf(label);
  const afterKind = line.indexOf(0x2c) + timeBytes + evaluationKind.length;
  if (length === -1 || line.compare(arch, 0, arch.length, afterKind, afterKind + arch.length) === 0) return undefined;
  const parsed = headSchema.safeParse(jsonOf(`${bytes.toString('utf8', begin, begin + length)}}`));
  return parsed.success ? rowOf(parsed.data) : undefined;
}

type Head = z.output<typeof headSchema>;

function rowOf({ seq, accuracy, score, macs, params, batch, latencyMs = {} }: Head): EvaluationRow {
  return { seq, number: accuracy ?? score ?? NaN, macs: macs ?? NaN, params: params ?? NaN, batch, latencyMs };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
