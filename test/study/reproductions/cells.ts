import type { Reproduction } from '../../../core/study/reproductions/reproduction.ts';

/** A row's cells by the titles of their columns. @param first what stands in its first cell */
export function cellsOf({ columns, rows }: Reproduction, first: string): Record<string, string> {
  const row = rows.find(([cell]) => cell === first);
  if (!row) throw new Error(`No row begins with "${first}".`);
  return Object.fromEntries(columns.map(({ title }, i) => [title, row[i]]));
}
