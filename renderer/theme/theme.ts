import { defineStore } from 'pinia';
import { computed, shallowRef, watchEffect } from 'vue';

/** What the person chose. "system" follows the operating system, also while the window is open. */
export type ThemeChoice = 'system' | 'light' | 'dark';

const storageKey = 'pocketformer.theme';
export const themeChoices: readonly ThemeChoice[] = ['system', 'light', 'dark'];

function storedChoice(): ThemeChoice {
  const stored = globalThis.localStorage?.getItem(storageKey);
  return themeChoices.find((choice) => choice === stored) ?? 'system';
}

/** The theme in use; keeps the root element's data-theme and the stored choice in step. */
export const useTheme = defineStore('theme', () => {
  const choice = shallowRef<ThemeChoice>(storedChoice());
  const systemIsDark = shallowRef(false);
  const query = globalThis.matchMedia?.('(prefers-color-scheme: dark)');
  if (query) {
    systemIsDark.value = query.matches;
    query.addEventListener('change', (event) => { systemIsDark.value = event.matches; });
  }

  const resolved = computed<'light' | 'dark'>(() => {
    if (choice.value !== 'system') return choice.value;
    return systemIsDark.value ? 'dark' : 'light';
  });
  // Synchronous, so that a chart that redraws on `resolved` reads the new colours.
  watchEffect(() => { document.documentElement.dataset.theme = resolved.value; }, { flush: 'sync' });

  function choose(next: ThemeChoice): void {
    choice.value = next;
    localStorage.setItem(storageKey, next);
  }

  /** System, light, dark, and around again. */
  function cycle(): void {
    choose(themeChoices[(themeChoices.indexOf(choice.value) + 1) % themeChoices.length]);
  }

  return { choice, resolved, choose, cycle };
});
