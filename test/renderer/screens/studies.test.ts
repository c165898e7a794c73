import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { resumeCommand, shellQuote } from '../../../renderer/screens/studies/commandLine.ts';
import { abilitiesOf, adviceFor, isUnreadable, viewOf } from '../../../renderer/screens/studies/studyAbilities.ts';
import { devicesOf, shortTime, studyColumns, visibleColumns } from '../../../renderer/screens/studies/studyColumns.ts';
import { menuEntries, studyCommands } from '../../../renderer/screens/studies/studyMenu.ts';
import type { StudyCommands } from '../../../renderer/screens/studies/useStudyCommands.ts';
import { copyName } from '../../../renderer/screens/studies/studyNames.ts';
import { studyRow } from './rows.ts';

const best = { device: 'pixel6', frontSize: 3, hypervolume: 12, value: 0.6, latencyMs: 5 };

describe('the command that is copied', () => {
  const hostile = ['/plain/path', '/with space', "/it's", '/a$HOME`id`', '-rf', '/täg (1)', 'a\nb', '!x', '*'];

  it.skipIf(process.platform === 'win32')('reaches a shell as the very same path', () => {
    for (const path of hostile) {
      expect(execFileSync('sh', ['-c', `printf %s ${shellQuote(path)}`], { encoding: 'utf8' })).toBe(path);
    }
  });

  it('quotes only where it has to', () => {
    expect(resumeCommand('/data/studies/quick', 'linux')).toBe('pocketformer resume /data/studies/quick');
    expect(resumeCommand('/my studies', 'darwin')).toBe("pocketformer resume '/my studies'");
    expect(resumeCommand('C:\\studies\\a', 'win32')).toBe('pocketformer resume C:\\studies\\a');
    expect(resumeCommand('C:\\My Studies', 'win32')).toBe('pocketformer resume "C:\\My Studies"');
  });
});

describe('what can be done with a study', () => {
  it('follows its state', () => {
    expect(abilitiesOf(studyRow())).toMatchObject({ start: 'start', pause: false, stop: false, trash: true });
    expect(abilitiesOf(studyRow({ state: 'running' }))).toMatchObject({ start: null, pause: true, stop: true, trash: false });
    expect(abilitiesOf(studyRow({ state: 'paused' }))).toMatchObject({ start: null, pause: false, unpause: true, stop: true });
    for (const state of ['interrupted', 'failed', 'crashed'] as const) expect(abilitiesOf(studyRow({ state })).start).toBe('resume');
    expect(abilitiesOf(studyRow({ state: 'finished' }))).toMatchObject({ start: null, trash: true });
  });

  it('is only watching where another process runs it', () => {
    const abilities = abilitiesOf(studyRow({ state: 'running', runsElsewhere: true }));
    expect(abilities).toMatchObject({ start: null, pause: false, stop: false, trash: false });
  });

  it('does not offer to run or copy what cannot be read, and says what helps', () => {
    const damaged = studyRow({ state: 'failed', space: '', problem: { code: 'damaged-study', message: 'no study.json' } });
    expect(isUnreadable(damaged)).toBe(true);
    expect(abilitiesOf(damaged)).toMatchObject({ start: null, duplicate: false, trash: true, forget: false });
    expect(adviceFor(damaged)).toContain('copy');
    const missing = studyRow({ state: 'failed', space: '', problem: { code: 'missing-study', message: 'gone' } });
    expect(abilitiesOf(missing)).toMatchObject({ trash: false, forget: true });
    expect(adviceFor(studyRow())).toBeNull();
  });

  it('opens fronts where there are results, and the run while it goes on', () => {
    expect(viewOf(studyRow())).toBe('run');
    expect(viewOf(studyRow({ state: 'finished', best: [best] }))).toBe('fronts');
    expect(viewOf(studyRow({ state: 'running', best: [best] }))).toBe('run');
  });

  it('is offered in a menu without what makes no sense, and without lines at its ends or doubled', () => {
    const list = studyCommands({ commands: {} as StudyCommands, go: () => undefined, rename: () => undefined, tag: () => undefined, pack: () => undefined, canReveal: false });
    expect(menuEntries(list, [])).toEqual([]);
    for (const rows of [[studyRow()], [studyRow(), studyRow({ id: 'b', state: 'running' })], [studyRow({ archived: true, state: 'finished', best: [best] })]]) {
      const entries = menuEntries(list, rows);
      expect(entries[0]).not.toBe('separator');
      expect(entries.at(-1)).not.toBe('separator');
      expect(entries.some((entry, index) => entry === 'separator' && entries[index - 1] === 'separator')).toBe(false);
    }
    const ids = menuEntries(list, [studyRow(), studyRow({ id: 'b', state: 'running' })]).flatMap((entry) => (entry === 'separator' ? [] : entry.id));
    expect(ids).toEqual(['start', 'pause', 'stop', 'tag', 'archive']);
  });
});

describe('the columns', () => {
  const rows = [studyRow({ devices: ['b', 'a'] }), studyRow({ devices: ['b'], best: [{ ...best, device: 'b' }] })];

  it('come for every device, those of most studies first', () => {
    expect(devicesOf(rows)).toEqual(['b', 'a']);
    const columns = studyColumns(devicesOf(rows), 0);
    expect(columns.map(({ id }) => id)).toContain('hypervolume:a');
    const accuracy = columns.find(({ id }) => id === 'best:b');
    expect(rows.map((row) => accuracy?.value(row))).toEqual([undefined, 0.6]);
  });

  it('are shown as chosen, and the name always', () => {
    const columns = studyColumns(['a'], 0);
    const ids = (choices: Record<string, boolean>, isWide = false) => visibleColumns(columns, choices, isWide).map(({ id }) => id);
    expect(ids({})).not.toContain('created');
    expect(ids({ created: true, name: false, space: false })).toEqual(expect.arrayContaining(['name', 'created']));
    expect(ids({ space: false })).not.toContain('space');
    expect(ids({}, true)).toContain('created');
    expect(ids({ created: false }, true)).not.toContain('created');
  });
});

it('says the time left shortly', () => {
  expect([5, 60, 89 * 60, 3 * 3600, 72 * 3600].map(shortTime)).toEqual(['<1 min', '1 min', '89 min', '3 h', '3 d']);
});

it('names copies by counting on', () => {
  expect(copyName('quickstart')).toBe('quickstart copy');
  expect(copyName('quickstart copy')).toBe('quickstart copy 2');
  expect(copyName('quickstart copy 9')).toBe('quickstart copy 10');
});
