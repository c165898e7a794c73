import type { StudyRow } from '../../../../core/api/contract/types.ts';
import type { SelectOption } from '../../../kit/index.ts';

/** Studies that have learned weights, the newest first, by their folders; with what is written where that is none of them. */
export function studyOptions(rows: readonly StudyRow[], written: string | undefined): SelectOption[] {
  const options = rows.filter(({ objective, best }) => objective?.kind === 'accuracy' && best.length > 0).toSorted((a, b) => b.updated.localeCompare(a.updated))
    .map(({ directory, name, space }): SelectOption => ({ value: directory, label: name, hint: space }));
  return written === undefined || written === '' || options.some(({ value }) => value === written) ? options : [{ value: written, label: written }, ...options];
}
