import { onScopeDispose, shallowRef } from 'vue';
import type { ShallowRef } from 'vue';
import { ActionRegistry } from './registry.ts';
import type { Action, ActionProvider } from './registry.ts';
import { currentPlatform } from './shortcut.ts';

/** This window's actions. */
export const actions = new ActionRegistry();

/** Registers a screen's actions for as long as the calling component lives. */
export function useActions(...added: Action[]): void {
  onScopeDispose(actions.register(...added));
}

/** Offers entries in the palette for as long as the calling component lives. */
export function useActionProvider(provider: ActionProvider): void {
  onScopeDispose(actions.provide(provider));
}

/** Counts up whenever actions come or go: read it in a computed that lists them. */
export function useActionsVersion(): Readonly<ShallowRef<number>> {
  const version = shallowRef(0);
  onScopeDispose(actions.onChange(() => { version.value += 1; }));
  return version;
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement) return true;
  return target instanceof HTMLInputElement && !['checkbox', 'radio', 'button', 'range'].includes(target.type);
}

/**
 * Routes the window's key presses to actions; returns the function that stops it. A modal dialog or an open menu keeps
 * its keys to itself, apart from shortcuts that work while typing.
 */
export function listenForShortcuts(onError: (error: unknown) => void): () => void {
  const platform = currentPlatform();
  function onKeydown(event: KeyboardEvent): void {
    if (event.defaultPrevented || event.isComposing) return;
    const inOverlay = document.querySelector('[role="dialog"], [role="alertdialog"], [role="menu"], [role="listbox"][data-state="open"]') !== null;
    const found = actions.match(event, platform, isTyping(event.target) || inOverlay);
    if (found === null || found === 'pending') return;
    event.preventDefault();
    actions.run(found.id).catch(onError);
  }
  /** Lists open with Enter and arrows, whatever is held with them; together with Ctrl or Cmd these are not meant for the list. */
  function beforeButtons(event: KeyboardEvent): void {
    if (!(event.ctrlKey || event.metaKey) || !(event.target instanceof HTMLButtonElement)) return;
    onKeydown(event);
    if (event.defaultPrevented) event.stopPropagation();
  }
  window.addEventListener('keydown', beforeButtons, true);
  window.addEventListener('keydown', onKeydown);
  return () => {
    window.removeEventListener('keydown', beforeButtons, true);
    window.removeEventListener('keydown', onKeydown);
  };
}
