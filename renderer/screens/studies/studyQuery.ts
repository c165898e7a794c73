import type { StudyRow } from '../../../core/api/contract/types.ts';

/** What a filter word can ask about; without a field it looks at all of these but the state. */
export const queryFields = ['name', 'tag', 'space', 'device', 'state', 'is'] as const;
type QueryField = typeof queryFields[number];

interface Term {
  readonly field: QueryField | null;
  /** Lower case. */
  readonly text: string;
  readonly isExcluded: boolean;
}

export interface StudyQuery {
  readonly terms: readonly Term[];
}

const term = /(?<not>-)?(?:(?<field>[a-z]+):)?(?:"(?<quoted>[^"]*)"?|(?<bare>\S+))/gi;

/**
 * Reads a filter: words that must all occur ("quick pixel6"), `field:value`, quotes around values with spaces, and a
 * minus before what must not be. An unknown field is text like any other, so that no filter is ever wrong.
 */
export function parseStudyQuery(text: string): StudyQuery {
  const terms = [...text.matchAll(term)].flatMap(({ groups = {}, 0: whole }): Term[] => {
    const field = queryFields.find((name) => name === groups.field?.toLowerCase()) ?? null;
    const isExcluded = groups.not !== undefined;
    const value = field === null && groups.field !== undefined ? whole.slice(isExcluded ? 1 : 0) : groups.quoted ?? groups.bare ?? '';
    // "state:" without a value, or a minus alone, is being typed.
    const isHalfTyped = value === '' || value === '-' || queryFields.some((name) => `${name}:` === value.toLowerCase());
    return isHalfTyped ? [] : [{ field, text: value.toLowerCase(), isExcluded }];
  });
  return { terms };
}

export function matchesStudy(row: StudyRow, { terms }: StudyQuery): boolean {
  return terms.every((each) => matchesTerm(row, each) !== each.isExcluded);
}

function matchesTerm(row: StudyRow, { field, text }: Term): boolean {
  const has = (value: string) => value.toLowerCase().includes(text);
  switch (field) {
    case 'name': return has(row.name);
    case 'tag': return row.tags.some(has);
    case 'space': return has(row.space);
    case 'device': return row.devices.some(has);
    case 'state': return row.state.startsWith(text);
    case 'is': return isOfKind(row, text);
    case null: return [row.name, row.space, ...row.tags, ...row.devices].some(has);
  }
}

/** `is:archived`, `is:active`, `is:damaged`. Anything else is true of nothing. */
function isOfKind(row: StudyRow, kind: string): boolean {
  switch (kind) {
    case 'archived': return row.archived;
    case 'active': return ['queued', 'running', 'paused', 'stopping'].includes(row.state);
    case 'damaged': return row.problem !== null && !['failed', 'crashed'].includes(row.state);
    default: return false;
  }
}

/** The studies to show: archived ones only where they are asked for. */
export function filterStudies(rows: readonly StudyRow[], text: string, showArchived: boolean): StudyRow[] {
  const query = parseStudyQuery(text);
  const asksForArchived = query.terms.some(({ field, text: value, isExcluded }) => field === 'is' && value === 'archived' && !isExcluded);
  return rows.filter((row) => (showArchived || asksForArchived || !row.archived) && matchesStudy(row, query));
}

/** The filter with `field:value` put in, or taken out where it already is. */
export function toggleQueryTerm(text: string, field: QueryField, value: string): string {
  const written = `${field}:${/\s/.test(value) ? `"${value}"` : value}`;
  const words = text.match(/-?(?:[a-z]+:)?(?:"[^"]*"?|\S+)/gi) ?? [];
  const others = words.filter((word) => word.toLowerCase() !== written.toLowerCase());
  return (others.length < words.length ? others : [...words, written]).join(' ');
}
