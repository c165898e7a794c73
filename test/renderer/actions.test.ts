import { describe, expect, it, vi } from 'vitest';
import { fuzzyFilter, fuzzyScore } from '../../renderer/actions/fuzzy.ts';
import { ActionRegistry, ShortcutConflictError } from '../../renderer/actions/registry.ts';
import type { Action } from '../../renderer/actions/registry.ts';
import { chordOf, normalizeShortcut, shortcutKeys, shortcutLabel } from '../../renderer/actions/shortcut.ts';
import type { KeyPress } from '../../renderer/actions/shortcut.ts';

function press(key: string, held: Partial<KeyPress> = {}): KeyPress {
  return { key, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...held };
}

function action(id: string, ...shortcuts: string[]): Action {
  return { id, title: id, group: 'View', shortcuts, run: vi.fn<() => void>() };
}

describe('shortcuts', () => {
  it('have one spelling', () => {
    expect(normalizeShortcut('Shift+Mod+k')).toBe('Mod+Shift+K');
    expect(normalizeShortcut('g s')).toBe('G S');
    expect(normalizeShortcut('Mod++')).toBe('Mod++');
    expect(() => normalizeShortcut('Cmd+K')).toThrow(/not a shortcut/);
  });

  it('are Cmd on a Mac and Ctrl elsewhere', () => {
    expect(chordOf(press('k', { metaKey: true }), 'mac')).toBe('Mod+K');
    expect(chordOf(press('k', { ctrlKey: true }), 'mac')).toBe('Ctrl+K');
    expect(chordOf(press('k', { ctrlKey: true }), 'other')).toBe('Mod+K');
    expect(shortcutKeys('Mod+Shift+K', 'mac')).toEqual(['⌘', '⇧', 'K']);
    expect(shortcutLabel('Mod+Shift+K', 'other')).toBe('Ctrl+Shift+K');
    expect(shortcutLabel('G S', 'other')).toBe('G then S');
  });

  it('take symbols as typed, whatever modifier the keyboard needs for them', () => {
    expect(chordOf(press('?', { shiftKey: true }), 'other')).toBe('?');
    expect(chordOf(press('P', { shiftKey: true }), 'other')).toBe('Shift+P');
    expect(chordOf(press('Shift', { shiftKey: true }), 'other')).toBeNull();
    // Alt+L types "¬" on a Mac.
    expect(chordOf(press('¬', { altKey: true, code: 'KeyL' }), 'mac')).toBe('Alt+L');
  });
});

describe('the action registry', () => {
  it('refuses a shortcut that is taken, and then keeps none of the new actions', () => {
    const registry = new ActionRegistry();
    registry.register(action('one', 'Mod+K'));
    expect(() => registry.register(action('two', 'X'), action('three', 'Mod+k'))).toThrow(ShortcutConflictError);
    expect(registry.get('two')).toBeUndefined();
    expect(registry.match(press('x'), 'other', false)).toBeNull();
  });

  it('refuses two actions of one call with the same shortcut, and a shortcut that begins another', () => {
    expect(() => new ActionRegistry().register(action('one', 'G S'), action('two', 'G S'))).toThrow(/belongs to "one"/);
    expect(() => new ActionRegistry().register(action('one', 'G S'), action('two', 'G'))).toThrow(ShortcutConflictError);
    expect(() => new ActionRegistry().register(action('one', 'A'), action('one', 'B'))).toThrow(/two actions with the id/);
  });

  it('frees shortcuts when a screen takes its actions back', () => {
    const registry = new ActionRegistry();
    const remove = registry.register(action('one', 'X'));
    remove();
    registry.register(action('two', 'X'));
    expect(registry.match(press('x'), 'other', false)).toMatchObject({ id: 'two' });
  });

  it('runs what is enabled, and says when it did not', async () => {
    const registry = new ActionRegistry();
    let enabled = false;
    const stop = { ...action('stop', 'S'), enabled: () => enabled };
    registry.register(stop);
    expect(await registry.run('stop')).toBe(false);
    expect(registry.match(press('s'), 'other', false)).toBeNull();
    expect(registry.offered()).toEqual([]);
    enabled = true;
    expect(await registry.run('stop')).toBe(true);
    expect(stop.run).toHaveBeenCalledTimes(1);
    await expect(registry.run('nothing')).rejects.toThrow(/no action/);
  });

  it('waits for the second key of two, and forgets the first after another key', () => {
    const registry = new ActionRegistry();
    registry.register(action('studies', 'G S'), action('new', 'N'));
    expect(registry.match(press('g'), 'other', false)).toBe('pending');
    expect(registry.match(press('s'), 'other', false)).toMatchObject({ id: 'studies' });
    registry.match(press('g'), 'other', false);
    expect(registry.match(press('n'), 'other', false)).toMatchObject({ id: 'new' });
    expect(registry.match(press('s'), 'other', false)).toBeNull();
  });

  it('leaves keys alone while text is typed, unless an action is meant for that', () => {
    const registry = new ActionRegistry();
    registry.register(action('new', 'N'), action('studies', 'G S'), { ...action('palette', 'Mod+K'), whileTyping: true });
    expect(registry.match(press('n'), 'other', true)).toBeNull();
    expect(registry.match(press('g'), 'other', true)).toBeNull();
    expect(registry.match(press('k', { ctrlKey: true }), 'other', true)).toMatchObject({ id: 'palette' });
  });

  it('offers entries of providers after its own, and no hidden ones', () => {
    const registry = new ActionRegistry();
    registry.register({ ...action('palette'), hidden: true }, action('rail'), { ...action('go'), group: 'Go to' });
    const stop = registry.provide(() => [{ id: 'open.s1', title: 'Quickstart', group: 'Studies', run: () => undefined }]);
    expect(registry.offered().map(({ id }) => id)).toEqual(['go', 'rail', 'open.s1']);
    stop();
    expect(registry.offered().map(({ id }) => id)).toEqual(['go', 'rail']);
  });
});

describe('fuzzy search', () => {
  const titles = ['Go to fronts', 'Go to studies', 'Narrow or widen the navigation', 'Show keyboard shortcuts', 'Ongoing fit'];
  const find = (query: string): string[] => fuzzyFilter(query, titles, (title) => [title]);

  it('finds initials before scattered letters', () => {
    expect(find('gf')[0]).toBe('Go to fronts');
    expect(find('gts')[0]).toBe('Go to studies');
  });

  it('wants every word, in any order, and drops the rest', () => {
    expect(find('shortcuts show')).toEqual(['Show keyboard shortcuts']);
    expect(find('zebra')).toEqual([]);
    expect(find('  ')).toEqual(titles);
  });

  it('ranks a whole word over a part of one', () => {
    expect(fuzzyScore('fit', 'Ongoing fit')).toBeGreaterThan(fuzzyScore('fit', 'Outfitters') ?? 0);
    expect(fuzzyScore('ba', 'abc')).toBeNull();
  });
});
