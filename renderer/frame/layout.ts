import { defineStore } from 'pinia';
import { shallowRef } from 'vue';

const railKey = 'pocketformer.railNarrow';

/** What of the frame is open. */
export const useLayout = defineStore('layout', () => {
  const railNarrow = shallowRef(localStorage.getItem(railKey) === 'yes');
  const paletteOpen = shallowRef(false);
  const shortcutsOpen = shallowRef(false);

  function toggleRail(): void {
    railNarrow.value = !railNarrow.value;
    localStorage.setItem(railKey, railNarrow.value ? 'yes' : 'no');
  }

  return { railNarrow, paletteOpen, shortcutsOpen, toggleRail };
});
