import { watch } from 'vue';
import { asApiError } from '../api/useApi.ts';
import { useToasts } from '../kit/index.ts';
import { useSettings } from '../stores/settings.ts';
import { useTheme } from './theme.ts';

/**
 * Keeps the window's theme and motion in step with the settings file, wherever they are changed: here, in another
 * window, or by a shortcut. The stored choice of this window only counts until the settings have been read.
 */
export function useSettingsSync(): void {
  const settings = useSettings();
  const theme = useTheme();
  const toasts = useToasts();

  watch(() => settings.settings?.theme, (saved) => { if (saved !== undefined && saved !== theme.choice) theme.choose(saved); }, { immediate: true });
  watch(() => theme.choice, async (choice) => {
    if (settings.settings === undefined || settings.settings.theme === choice) return;
    try {
      await settings.change({ theme: choice });
    } catch (error) {
      toasts.show({ tone: 'danger', title: 'The theme was not saved', message: asApiError(error).message });
    }
  });
  watch(() => settings.settings?.reducedMotion, (reduced) => {
    if (reduced) document.documentElement.dataset.motion = 'reduced';
    else delete document.documentElement.dataset.motion;
  }, { immediate: true });
}
