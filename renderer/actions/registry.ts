import type { Component } from 'vue';
import { chordOf, normalizeShortcut } from './shortcut.ts';
import type { KeyPress, Platform } from './shortcut.ts';

/** One thing a person can do, whichever door they use: shortcut, palette, menu or button. */
export interface Action {
  id: string;
  /** Begins with a verb: "Pause job". */
  title: string;
  group: ActionGroup;
  icon?: Component;
  shortcuts?: readonly string[];
  /** Other words it is found by in the palette. */
  keywords?: readonly string[];
  /** Shortcuts run also while text is being typed. Only for shortcuts that type nothing. */
  whileTyping?: boolean;
  /** Not listed in the palette (such as the palette itself). */
  hidden?: boolean;
  /** Default: always. */
  enabled?: () => boolean;
  run: () => void | Promise<void>;
}

export const actionGroups = ['Go to', 'Study', 'Job', 'Architecture', 'View', 'Help', 'Studies', 'Architectures', 'Scores', 'Devices'] as const;
export type ActionGroup = typeof actionGroups[number];

/** Entries that come and go with the data, such as one per study. They have no shortcuts. */
export type ActionProvider = () => readonly Omit<Action, 'shortcuts' | 'whileTyping'>[];

export class ShortcutConflictError extends Error {
  readonly code = 'shortcut-conflict';

  constructor(shortcut: string, one: string, other: string) {
    super(`"${shortcut}" belongs to "${one}" and cannot also run "${other}". Give one of the two another shortcut.`);
    this.name = 'ShortcutConflictError';
  }
}

/** The one list of what can be done. Everything that offers actions reads it; everything that runs one goes through it. */
export class ActionRegistry {
  readonly #actions = new Map<string, Action>();
  readonly #shortcuts = new Map<string, string>();
  readonly #providers = new Set<ActionProvider>();
  readonly #listeners = new Set<() => void>();
  #pendingChord = '';

  /**
   * Adds actions, all or none; returns the function that removes them again (a screen's, when it is left).
   * Throws when an id or a shortcut is taken, or when a shortcut begins another one ("G" and "G S").
   */
  register(...actions: Action[]): () => void {
    const shortcuts = new Map<string, string>();
    const ids = new Set<string>();
    for (const action of actions) {
      if (this.#actions.has(action.id) || ids.has(action.id)) throw new Error(`There are two actions with the id "${action.id}"`);
      ids.add(action.id);
      for (const shortcut of (action.shortcuts ?? []).map(normalizeShortcut)) {
        for (const [taken, owner] of [...this.#shortcuts, ...shortcuts]) {
          if (taken === shortcut || taken.startsWith(`${shortcut} `) || shortcut.startsWith(`${taken} `)) {
            throw new ShortcutConflictError(shortcut, owner, action.id);
          }
        }
        shortcuts.set(shortcut, action.id);
      }
    }
    for (const action of actions) this.#actions.set(action.id, action);
    for (const [shortcut, id] of shortcuts) this.#shortcuts.set(shortcut, id);
    this.#changed();
    return () => {
      for (const action of actions) this.#actions.delete(action.id);
      for (const shortcut of shortcuts.keys()) this.#shortcuts.delete(shortcut);
      this.#changed();
    };
  }

  /** Adds a source of entries that is asked each time the palette opens; returns the function that removes it. */
  provide(provider: ActionProvider): () => void {
    this.#providers.add(provider);
    return () => { this.#providers.delete(provider); };
  }

  get(id: string): Action | undefined {
    return this.#actions.get(id);
  }

  /** The registered actions, in the order of their groups, then as registered. */
  list(): Action[] {
    return [...this.#actions.values()].sort((a, b) => actionGroups.indexOf(a.group) - actionGroups.indexOf(b.group));
  }

  /** What the palette offers now: enabled actions and the providers' entries. */
  offered(): Action[] {
    const dynamic = [...this.#providers].flatMap((provider) => provider());
    return [...this.list(), ...dynamic].filter((action) => !action.hidden && isEnabled(action));
  }

  /** Runs an action if it is enabled; says whether it was. Unknown ids are a programming error. */
  async run(id: string): Promise<boolean> {
    const action = this.#actions.get(id);
    if (!action) throw new Error(`There is no action "${id}"`);
    if (!isEnabled(action)) return false;
    await action.run();
    return true;
  }

  /**
   * The action a key press asks for, if any; keeps the first half of a two-key shortcut in mind. `typing` is true
   * while a text field has the focus.
   */
  match(press: KeyPress, platform: Platform, typing: boolean): Action | 'pending' | null {
    const chord = chordOf(press, platform);
    if (chord === null) return null;
    const typed = this.#pendingChord ? `${this.#pendingChord} ${chord}` : chord;
    this.#pendingChord = '';
    const id = this.#shortcuts.get(typed) ?? this.#shortcuts.get(chord);
    if (id === undefined) {
      if (typing || ![...this.#shortcuts.keys()].some((shortcut) => shortcut.startsWith(`${chord} `))) return null;
      this.#pendingChord = chord;
      return 'pending';
    }
    const action = this.#actions.get(id);
    if (!action || !isEnabled(action) || (typing && !action.whileTyping)) return null;
    return action;
  }

  /** Forgets a half-typed shortcut. */
  resetPending(): void {
    this.#pendingChord = '';
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => { this.#listeners.delete(listener); };
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }
}

export function isEnabled(action: Action): boolean {
  return action.enabled?.() ?? true;
}
