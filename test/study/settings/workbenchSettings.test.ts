import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { userFolder } from '../../../core/study/settings/userFolder.ts';
import { WorkbenchSettingsFile } from '../../../core/study/settings/workbenchSettings.ts';
import { scratchFolder } from '../scratch.ts';

const folder = scratchFolder();
let files = 0;
const fresh = () => join(folder, `user-${files++}`, 'settings.json');

describe('the settings of the workbench', () => {
  it('have defaults while there is no file, and write none', async () => {
    const path = fresh();
    const file = await WorkbenchSettingsFile.open({ path, defaultLibraryFolder: '/studies' });
    expect(file.settings).toEqual({
      theme: 'system', engine: 'auto', threads: null, memoryGiB: null, libraryFolder: '/studies', notifications: true,
      reducedMotion: false, recentStudies: [],
    });
    expect(existsSync(path)).toBe(false);
  });

  it('are there again after a change', async () => {
    const path = fresh();
    await (await WorkbenchSettingsFile.open({ path })).change({ theme: 'dark', threads: 3 });
    expect((await WorkbenchSettingsFile.open({ path })).settings).toMatchObject({ theme: 'dark', threads: 3 });
  });

  it('write down only what the person chose, so that defaults can follow where the program was started', async () => {
    const path = fresh();
    await (await WorkbenchSettingsFile.open({ path, defaultLibraryFolder: '/here' })).change({ theme: 'dark' });
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({ version: 1, theme: 'dark' });
    expect((await WorkbenchSettingsFile.open({ path, defaultLibraryFolder: '/there' })).settings.libraryFolder).toBe('/there');
  });

  it('use a folder that was given for this session, until the person chooses another', async () => {
    const path = fresh();
    await (await WorkbenchSettingsFile.open({ path })).change({ libraryFolder: '/chosen' });
    const file = await WorkbenchSettingsFile.open({ path, libraryFolder: '/given' });
    await file.change({ theme: 'dark' });
    expect(file.settings.libraryFolder).toBe('/given');
    expect((await WorkbenchSettingsFile.open({ path })).settings.libraryFolder).toBe('/chosen');
    await file.change({ libraryFolder: '/other' });
    expect(file.settings.libraryFolder).toBe('/other');
  });

  it('keep what another process changed meanwhile', async () => {
    const path = fresh();
    const [first, second] = [await WorkbenchSettingsFile.open({ path }), await WorkbenchSettingsFile.open({ path })];
    await first.change({ theme: 'dark' });
    await second.change({ memoryGiB: 4 });
    expect((await WorkbenchSettingsFile.open({ path })).settings).toMatchObject({ theme: 'dark', memoryGiB: 4 });
  });

  it('wait for a change that is still being written, for those who ask after it', async () => {
    const file = await WorkbenchSettingsFile.open({ path: fresh() });
    const change = file.change({ theme: 'dark' });
    expect(file.settings.theme).toBe('system');
    expect((await file.whenWritten()).theme).toBe('dark');
    await change;
  });

  it('take changes made at the same time one after the other', async () => {
    const path = fresh();
    const file = await WorkbenchSettingsFile.open({ path });
    await Promise.all(['/a', '/b', '/c', '/a'].map((each) => file.addRecent(each)));
    expect(file.settings.recentStudies).toEqual(['/a', '/c', '/b']);
    await file.removeRecent('/c');
    expect((await WorkbenchSettingsFile.open({ path })).settings.recentStudies).toEqual(['/a', '/b']);
  });

  it('refuse what is not acceptable, name it, and stay as they were', async () => {
    const path = fresh();
    const file = await WorkbenchSettingsFile.open({ path });
    await expect(file.change({ threads: 0 })).rejects.toMatchObject({
      code: 'invalid-settings', message: 'threads: expected a whole number of at least 1 and at most 256, got 0.',
    });
    expect(file.settings.threads).toBeNull();
    await file.change({ threads: 2 });
    expect(file.settings.threads).toBe(2);
  });

  it.each([['cut off', '{"theme": "da'], ['of another kind', '{"theme": "loud"}'], ['no settings at all', '7']])(
    'that are %s are kept aside and defaults are used, with a note', async (_, text) => {
      const path = fresh();
      await (await WorkbenchSettingsFile.open({ path })).change({ theme: 'dark' });
      writeFileSync(path, text);
      const file = await WorkbenchSettingsFile.open({ path });
      expect(file.settings.theme).toBe('system');
      expect(file.notes[0]).toContain(`${path}.broken`);
      expect(readFileSync(`${path}.broken`, 'utf8')).toBe(text);
    });

  it('of a newer program are read as far as they are known', async () => {
    const path = fresh();
    await (await WorkbenchSettingsFile.open({ path })).change({});
    writeFileSync(path, '{"version": 2, "theme": "light", "somethingNew": 1}');
    const file = await WorkbenchSettingsFile.open({ path });
    expect(file.settings.theme).toBe('light');
    expect(file.notes).toEqual([]);
  });
});

describe("a person's folder", () => {
  it('is where each system keeps settings', () => {
    expect(userFolder('linux', {}, '/home/a')).toBe(join('/home/a', '.config', 'pocketformer'));
    expect(userFolder('linux', { XDG_CONFIG_HOME: '/conf' }, '/home/a')).toBe(join('/conf', 'pocketformer'));
    expect(userFolder('darwin', {}, '/Users/a')).toBe(join('/Users/a', 'Library', 'Application Support', 'Pocketformer'));
    expect(userFolder('win32', { APPDATA: '/roaming' }, '/a')).toBe(join('/roaming', 'Pocketformer'));
  });
});
