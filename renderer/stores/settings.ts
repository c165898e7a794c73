import { defineStore } from 'pinia';
import { shallowRef } from 'vue';
import type { WorkbenchSettings } from '../../core/api/contract/types.ts';
import { useApi } from '../api/useApi.ts';

/** What the person has set for the whole workbench; undefined until the core has told. */
export const useSettings = defineStore('settings', () => {
  const api = useApi();
  const settings = shallowRef<WorkbenchSettings>();
  const path = shallowRef<string>();
  /** What was wrong with the settings file, if anything. */
  const notes = shallowRef<readonly string[]>([]);

  const load = async () => {
    const answer = await api.call('settings.get', {});
    settings.value = answer.settings;
    path.value = answer.path;
    notes.value = answer.notes;
  };
  // A core that cannot be reached is shown by the connection's own banner; the next state tries again.
  void load().catch(() => undefined);
  api.onState((state) => {
    if (state === 'open' && settings.value === undefined) void load().catch(() => undefined);
  });

  return {
    settings, path, notes,
    async change(change: Partial<WorkbenchSettings>) {
      const answer = await api.call('settings.change', change);
      settings.value = answer.settings;
    },
  };
});
