import type { StudyRow } from '../../../core/api/contract/types.ts';

/** "quickstart", or "3 studies". */
export const namesOf = (rows: readonly StudyRow[]) => (rows.length === 1 ? rows[0].name : `${rows.length} studies`);

/** "quickstart copy", "quickstart copy 2", ... */
export function copyName(name: string): string {
  const match = /^(?<stem>.*) copy(?: (?<number>\d+))?$/.exec(name);
  if (!match?.groups) return `${name} copy`;
  return `${match.groups.stem} copy ${Number(match.groups.number ?? 1) + 1}`;
}
