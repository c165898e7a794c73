import { z } from 'zod';
import { parseCsv } from '../../base/csv.ts';
import { InputError } from '../../base/errors.ts';
import { getSpace, readArchitecture } from '../../spaces/index.ts';
import { parseJsonText } from '../../spaces/jsonText.ts';
import { sha256Schema } from '../measurements/record.ts';
import type { Subject } from '../measurements/subject.ts';
import { fromRuns, fromSummary, type Imported } from './imported.ts';

/*
 * A list that people write themselves: CSV with a header, a JSON array, or JSON lines. Of the columns below, latencyMs or
 * runsMs is needed, and one of name and arch.
 */

const number = z.union([z.number(), z.string().regex(/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i).transform(Number)], 'expected a number');
const runs = z.union([z.array(z.number()).min(1), z.string().transform((text, context) => {
  const values = text.trim().split(/[\s;]+/).map(Number);
  if (!values.every(Number.isFinite)) context.addIssue({ code: 'custom', message: 'expected numbers with spaces between them' });
  return values;
})]);

const rowSchema = z.strictObject({
  name: z.coerce.string().min(1).max(500).optional(),
  latencyMs: number.optional(),
  /** Of single runs; in CSV with spaces between them. */
  runsMs: runs.optional(),
  /** What latencyMs is. */
  statistic: z.enum(['mean', 'median']).default('median'),
  p10Ms: number.optional(), p90Ms: number.optional(), deviationMs: number.optional(), runs: number.optional(),
  space: z.string().optional(),
  /** A published name or the space's JSON. */
  arch: z.unknown().optional(),
  resolution: number.optional(), classes: number.optional(),
  sha256: sha256Schema.optional(),
});
type Row = z.output<typeof rowSchema>;

export const plainColumns = Object.keys(rowSchema.shape);

/**
 * @param space of architectures whose row names none
 * @throws InputError `invalid-table` naming line or item and column, `invalid-csv`, `invalid-json`, `implausible-latency`
 */
export function readPlainTable(text: string, source: string, space?: string): Imported[] {
  const rows = rowsOf(text, source);
  if (rows.length === 0) throw new InputError('invalid-table', `${source}: holds no measurement.`);
  return rows.map(({ place, row }) => {
    const parsed = rowSchema.safeParse(row);
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      const column = issue.code === 'unrecognized_keys' ? `unknown column ${issue.keys.join(', ')}; expected ${plainColumns.join(', ')}` : `${issue.path.join('.')}: ${issue.message}`;
      throw new InputError('invalid-table', `${place}: ${column}.`, { cause: parsed.error });
    }
    return importedRow(parsed.data, place, space);
  });
}

function importedRow(row: Row, place: string, space: string | undefined): Imported {
  const { name, latencyMs, runsMs, statistic, sha256, ...rest } = row;
  if ((latencyMs === undefined) === (runsMs === undefined)) throw new InputError('invalid-table', `${place}: expected either latencyMs or runsMs.`);
  const of = subjectOf(row, place, space);
  if (name === undefined && of === undefined) throw new InputError('invalid-table', `${place}: expected a name or an arch.`);
  const more = { ...(name === undefined ? {} : { name }), ...(of && { of }), ...(sha256 && { sha256 }) };
  if (runsMs !== undefined) return fromRuns(place, runsMs, more);
  const { p10Ms, p90Ms, deviationMs, runs: count } = rest;
  const known = Object.fromEntries(Object.entries({ p10Ms, p90Ms, deviationMs, runs: count }).filter(([, value]) => value !== undefined));
  return fromSummary(place, latencyMs!, { statistic, ...known }, more);
}

function subjectOf({ space: own, arch, resolution, classes }: Row, place: string, given: string | undefined): Subject | undefined {
  if (arch === undefined) return undefined;
  const id = own ?? given;
  if (id === undefined) throw new InputError('invalid-table', `${place}: space is missing; an arch is one of a search space.`);
  try {
    const space = getSpace(id);
    const parsed = typeof arch === 'string' ? readArchitecture(space, arch) : space.parse(arch);
    const network = space.lower(parsed, { ...(resolution !== undefined && { resolution }), ...(classes !== undefined && { classes }) });
    return { kind: 'network', space: id, arch: parsed as z.core.util.JSONType, resolution: network.resolution, classes: network.classes };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new InputError('invalid-table', `${place}: ${error.message}`, { cause: error });
  }
}

function rowsOf(text: string, source: string): { place: string; row: unknown }[] {
  const content = text.replace(/^\uFEFF/, '');
  if (content.trimStart().startsWith('[')) {
    return (parseJsonText(content, source) as unknown[]).map((row, i) => ({ place: `${source}: item ${i + 1}`, row }));
  }
  if (content.trimStart().startsWith('{')) {
    return content.split(/\r?\n/).flatMap((line, i) => (line.trim() === '' ? [] : [{ place: `${source}:${i + 1}`, row: parseJsonText('\n'.repeat(i) + line, source) }]));
  }
  const [header, ...rows] = parseCsv(content, source);
  if (header === undefined) return [];
  const columns = header.cells.map((cell) => cell.replace(/_([a-z])/gi, (_, letter: string) => letter.toUpperCase()));
  return rows.map(({ line, cells }) => {
    if (cells.length !== columns.length) throw new InputError('invalid-table', `${source}:${line}: has ${cells.length} cells, its header ${columns.length}; was the file cut off?`);
    return { place: `${source}:${line}`, row: Object.fromEntries(columns.map((column, i) => [column, cells[i]] as const).filter(([, cell]) => cell !== '')) };
  });
}
