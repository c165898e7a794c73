import { InputError } from '../../base/errors.ts';
import { parseCsv } from '../../base/csv.ts';
import { measuredSet, type MeasuredRow, type MeasuredSet } from './measuredSet.ts';

/** Columns with a meaning of their own; every other one holds accuracies. */
const known = ['space', 'arch', 'name', 'classes', 'resolution'];

/**
 * Reads measured accuracies from a table with a header: `arch` (a published name, or JSON in quotes), `space` unless it is
 * given, if wanted `name`, `classes` and `resolution`, and a column of accuracies for each data set. An empty cell is an
 * accuracy that was not measured.
 * @throws InputError `invalid-csv`, `invalid-accuracies`, and as `measuredSet`
 */
export function parseMeasuredCsv(text: string, file: string, space?: string): MeasuredSet {
  const [header, ...body] = parseCsv(text, file);
  const names = header?.cells ?? [];
  if (!names.includes('arch')) {
    throw new InputError('invalid-accuracies', `${file}: has no column "arch"; expected a first line such as space,arch,imagenet.`);
  }
  const repeated = names.find((name, i) => names.indexOf(name) !== i);
  if (repeated !== undefined) throw new InputError('invalid-accuracies', `${file}: has two columns "${repeated}".`);
  const columns = names.filter((name) => !known.includes(name)).map((name) => ({ name, title: name }));
  const rows = body.map(({ line, cells }): MeasuredRow => {
    const place = `${file}:${line}`;
    if (cells.length !== names.length) throw new InputError('invalid-accuracies', `${place}: has ${cells.length} cells; the first line has ${names.length}.`);
    const textOf = (name: string) => cells[names.indexOf(name)] || undefined;
    const numberOf = (name: string) => numberIn(textOf(name), `${place}: ${name}`);
    const countOf = (name: string) => wholeNumberIn(numberOf(name), `${place}: ${name}`);
    const [classes, resolution] = [countOf('classes'), countOf('resolution')];
    return {
      place, arch: textOf('arch') ?? '', name: textOf('name'), space: textOf('space'),
      ...(classes !== undefined && { classes }), ...(resolution !== undefined && { resolution }),
      accuracies: columns.map(({ name }) => numberOf(name) ?? null),
    };
  });
  return measuredSet(rows, { title: nameOf(file), columns }, { space, file });
}

function numberIn(text: string | undefined, place: string): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!Number.isFinite(value)) throw new InputError('invalid-accuracies', `${place}: expected a number or nothing, got "${text}".`);
  return value;
}

function wholeNumberIn(value: number | undefined, place: string): number | undefined {
  if (value === undefined || (Number.isInteger(value) && value > 0)) return value;
  throw new InputError('invalid-accuracies', `${place}: expected a whole number of at least 1, got ${value}.`);
}

/** The file's name without folder and ending. */
export const nameOf = (file: string) => file.replace(/^.*[/\\]/, '').replace(/\.\w+$/, '');
