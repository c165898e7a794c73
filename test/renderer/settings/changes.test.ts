import { describe, expect, it } from 'vitest';
import type { WorkbenchSettings } from '../../../core/api/contract/types.ts';
import { changesNothing, changeText, inverseOf } from '../../../renderer/screens/settings/changes.ts';

const settings: WorkbenchSettings = {
  theme: 'system', engine: 'auto', threads: null, memoryGiB: 4, libraryFolder: '/studies', notifications: true, reducedMotion: false,
};

describe('a change of settings', () => {
  it('is undone by what was there before, and by nothing else', () => {
    expect(inverseOf(settings, { theme: 'dark' })).toEqual({ theme: 'system' });
    expect(inverseOf(settings, { threads: 2, memoryGiB: null })).toEqual({ threads: null, memoryGiB: 4 });
  });

  it('is none when the values are there already', () => {
    expect(changesNothing(settings, { theme: 'system', threads: null })).toBe(true);
    expect(changesNothing(settings, { threads: 1 })).toBe(false);
  });

  it('is said in words', () => {
    expect(changeText({ theme: 'dark' })).toBe('Theme: dark');
    expect(changeText({ threads: null })).toBe('Threads: as many as there are');
    expect(changeText({ memoryGiB: null })).toBe("Memory: the engine's own limit");
    expect(changeText({ libraryFolder: '/a', notifications: false })).toBe('New studies go to /a, Notifications: off');
  });
});
