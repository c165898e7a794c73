import { watch } from 'vue';
import { asApiError } from '../api/useApi.ts';
import { useToasts } from '../kit/index.ts';
import { useSettings } from '../stores/settings.ts';
import { useTheme, type ThemeChoice } from './theme.ts';

/**
 * Keeps the window's theme and motion in step with the settings file, wherever they are changed: here, in another
 * window, or by a shortcut. The stored choice of this window only counts until the settings have been read.
 */
export function useSettingsSync(): void {
  const settings = useSettings();
  const theme = useTheme();
  const toasts = useToasts();

  const save = async (choice: ThemeChoice) => {
    if (settings.settings?.theme === choice) return;
    try {
      await settings.change({ theme: choice });
    } catch (error) {
      toasts.show({ tone: 'danger', title: 'The theme was not saved', message: asApiError(error).message });
    }
  };
  // What a person chooses before the settings have been read is kept, not overruled by them.
  let chosenEarly = false;
  watch(() => settings.settings?.theme, (saved, before) => {
    if (saved === undefined || saved === theme.choice) return;
    if (before === undefined && chosenEarly) void save(theme.choice);
    else theme.choose(saved);
  }, { immediate: true });
  watch(() => theme.choice, (choice) => {
    if (settings.settings === undefined) chosenEarly = true;
    else void save(choice);
  });
  watch(() => settings.settings?.reducedMotion, (reduced) => {
    if (reduced) document.documentElement.dataset.motion = 'reduced';
    else delete document.documentElement.dataset.motion;
  }, { immediate: true });
}
