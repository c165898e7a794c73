import { InputError } from './errors.ts';

export interface CsvRow {
  /** Of its beginning, from 1. */
  readonly line: number;
  readonly cells: readonly string[];
}

/**
 * Reads comma-separated values as RFC 4180 has them: quoted cells may hold commas, line ends and doubled quotes. Empty lines do
 * not count.
 * @throws InputError `invalid-csv`, naming the line
 */
export function parseCsv(text: string, source: string): CsvRow[] {
  const rows: CsvRow[] = [];
  // A quoted cell or a plain one, then what ends it.
  const cell = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/y;
  cell.lastIndex = text.startsWith('\uFEFF') ? 1 : 0;
  let line = 1;
  let begun = 1;
  let cells: string[] = [];
  while (cell.lastIndex < text.length || cells.length > 0) {
    const match = cell.exec(text);
    if (match === null) throw new InputError('invalid-csv', `${source}:${line}: is not CSV; a cell with quotes, commas or line ends is written in quotes, its quotes doubled.`);
    cells.push(match[1]?.replaceAll('""', '"') ?? match[2].trim());
    line += match[0].split('\n').length - 1;
    if (match[3] === ',') continue;
    if (cells.some((value) => value !== '')) rows.push({ line: begun, cells });
    cells = [];
    begun = line;
  }
  return rows;
}
