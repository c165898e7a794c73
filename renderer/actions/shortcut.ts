/**
 * Shortcuts are written "Mod+Shift+K": modifiers in the order Mod, Ctrl, Alt, Shift, then a key as KeyboardEvent.key
 * names it (letters upper case). Mod is Cmd on Apple's systems and Ctrl elsewhere. Two keys in turn are written with
 * a space: "G S". Punctuation is written as typed ("?"), without Shift.
 */
export type Platform = 'mac' | 'other';

export interface KeyPress {
  key: string;
  code?: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  shiftKey: boolean;
}

/** A plus joins; the last one may be the key itself. */
const partBreak = /\+(?=.)/;
const modifiers = ['Mod', 'Ctrl', 'Alt', 'Shift'] as const;

export function currentPlatform(): Platform {
  return /mac|iphone|ipad/i.test(globalThis.navigator?.platform ?? '') ? 'mac' : 'other';
}

/** Brings a shortcut to its one spelling. Throws when it is not a shortcut. */
export function normalizeShortcut(shortcut: string): string {
  return shortcut.split(' ').map((chord) => {
    const parts = chord.split(partBreak);
    const key = parts.at(-1) ?? '';
    const wanted = parts.slice(0, -1);
    const unknown = wanted.find((part) => !modifiers.some((modifier) => modifier === part));
    if (unknown !== undefined || key === '') {
      throw new Error(`"${shortcut}" is not a shortcut: write modifiers (${modifiers.join(', ')}), then one key, joined by +`);
    }
    return [...modifiers.filter((modifier) => wanted.includes(modifier)), key.length === 1 ? key.toUpperCase() : key].join('+');
  }).join(' ');
}

/** The chord a key press makes, in the same spelling. null for a modifier alone. */
export function chordOf(press: KeyPress, platform: Platform): string | null {
  if (['Control', 'Meta', 'Alt', 'Shift', 'AltGraph', 'Dead', 'Process'].includes(press.key)) return null;
  const mod = platform === 'mac' ? press.metaKey : press.ctrlKey;
  const ctrl = platform === 'mac' && press.ctrlKey;
  // Alt changes what a letter key types on a Mac; the code still says which key it was.
  const key = press.altKey && /^Key[A-Z]$/.test(press.code ?? '') ? (press.code ?? '').slice(3) : press.key;
  const isSymbol = key.length === 1 && key.toUpperCase() === key.toLowerCase() && !/\d/.test(key);
  const parts = [mod && 'Mod', ctrl && 'Ctrl', press.altKey && 'Alt', press.shiftKey && !isSymbol && 'Shift'].filter((part) => part !== false);
  return [...parts, key === ' ' ? 'Space' : key.length === 1 ? key.toUpperCase() : key].join('+');
}

const macNames: Record<string, string> = {
  Mod: '⌘', Ctrl: '⌃', Alt: '⌥', Shift: '⇧', Enter: '↩', Escape: 'esc', Backspace: '⌫', Delete: '⌦',
};
const otherNames: Record<string, string> = { Mod: 'Ctrl', Escape: 'Esc', Delete: 'Del' };
const arrows: Record<string, string> = { ArrowUp: '↑', ArrowDown: '↓', ArrowLeft: '←', ArrowRight: '→' };

/** The key caps of a shortcut in the words of the platform: ["⌘", "K"] or ["Ctrl", "K"]. */
export function shortcutKeys(shortcut: string, platform: Platform = currentPlatform()): string[] {
  const names = platform === 'mac' ? macNames : otherNames;
  return normalizeShortcut(shortcut).split(' ')
    .flatMap((chord) => chord.split(partBreak))
    .map((part) => names[part] ?? arrows[part] ?? part);
}

/** As one text, for aria-keyshortcuts' readers and titles: "⌘K", "Ctrl+K", "G then S". */
export function shortcutLabel(shortcut: string, platform: Platform = currentPlatform()): string {
  return shortcut.split(' ').map((chord) => shortcutKeys(chord, platform).join(platform === 'mac' ? '' : '+')).join(' then ');
}
