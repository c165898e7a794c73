import { describe, expect, it } from 'vitest';
import type { StudyRow } from '../../../core/api/contract/types.ts';
import { filterStudies, matchesStudy, parseStudyQuery, toggleQueryTerm } from '../../../renderer/screens/studies/studyQuery.ts';
import { studyRow } from './rows.ts';

const rows: StudyRow[] = [
  studyRow({ id: 'a', name: 'Quick look', tags: ['baseline'], state: 'finished', devices: ['pixel6', 'pixel4'] }),
  studyRow({ id: 'b', name: 'cifar run', tags: ['long run', 'paper'], state: 'running', devices: ['xiaomi11'], space: 'elasticvit' }),
  studyRow({ id: 'c', name: 'old', archived: true, state: 'failed' }),
];
const found = (text: string, showArchived = false) => filterStudies(rows, text, showArchived).map((row) => row.id);

describe('filtering studies', () => {
  it('finds every word in any of name, tag, space and device, whatever its case', () => {
    expect(found('')).toEqual(['a', 'b']);
    expect(found('QUICK pixel6')).toEqual(['a']);
    expect(found('quick xiaomi')).toEqual([]);
    expect(found('elasticvit')).toEqual(['a', 'b']);
  });

  it('asks one field with field:value, and takes quotes around values with spaces', () => {
    expect(found('state:running')).toEqual(['b']);
    expect(found('tag:"long run"')).toEqual(['b']);
    expect(found('name:run')).toEqual(['b']);
    expect(found('device:pixel')).toEqual(['a']);
  });

  it('leaves out what a minus stands before', () => {
    expect(found('-tag:paper')).toEqual(['a']);
    expect(found('-quick -cifar')).toEqual([]);
  });

  it('shows archived studies only where they are asked for', () => {
    expect(found('', true)).toEqual(['a', 'b', 'c']);
    expect(found('is:archived')).toEqual(['c']);
    expect(found('-is:archived', true)).toEqual(['a', 'b']);
    expect(found('is:active')).toEqual(['b']);
  });

  it('is never wrong: half-typed fields say nothing, unknown ones are text', () => {
    expect(found('state:')).toEqual(['a', 'b']);
    expect(found('- ')).toEqual(['a', 'b']);
    expect(parseStudyQuery('colour:red').terms).toEqual([{ field: null, text: 'colour:red', isExcluded: false }]);
    expect(matchesStudy(rows[0], parseStudyQuery('"quick look'))).toBe(true);
  });

  it('puts a term in and takes it out again, and leaves the rest as it was typed', () => {
    expect(toggleQueryTerm('', 'state', 'failed')).toBe('state:failed');
    expect(toggleQueryTerm('quick state:failed', 'state', 'failed')).toBe('quick');
    expect(toggleQueryTerm('quick', 'tag', 'long run')).toBe('quick tag:"long run"');
    expect(toggleQueryTerm('quick tag:"long run" x', 'tag', 'long run')).toBe('quick x');
  });
});
