import { shallowRef } from 'vue';
import type { ShallowRef } from 'vue';
import { asApiError } from '../../api/useApi.ts';
import { useToasts } from '../../kit/index.ts';
import { useSettings } from '../../stores/settings.ts';
import { changesNothing, changeText, inverseOf } from './changes.ts';
import type { SettingsChange } from './changes.ts';

export interface SettingsChanger {
  /** What could not be saved, until the next change can. */
  readonly failure: Readonly<ShallowRef<string | null>>;
  /** Saves the change at once and offers to undo it. */
  change(change: SettingsChange): Promise<void>;
}

/** Applies settings as they are touched. Turning one setting further while its notice is still there undoes to where it was. */
export function useSettingsChange(): SettingsChanger {
  const settings = useSettings();
  const toasts = useToasts();
  const failure = shallowRef<string | null>(null);
  let last: { keys: string; before: SettingsChange; toast: number } | undefined;

  async function save(change: SettingsChange): Promise<boolean> {
    try {
      await settings.change(change);
      failure.value = null;
      return true;
    } catch (error) {
      const { message } = asApiError(error);
      failure.value = message;
      toasts.show({ tone: 'danger', title: 'The setting was not saved', message, action: { label: 'Try again', run: () => void apply(change) } });
      return false;
    }
  }

  async function apply(change: SettingsChange): Promise<void> {
    const current = settings.settings;
    if (!current || changesNothing(current, change)) return;
    const keys = Object.keys(change).join();
    const isSame = last?.keys === keys && toasts.toasts.some(({ id }) => id === last?.toast);
    const before = isSame && last ? last.before : inverseOf(current, change);
    if (!(await save(change))) return;
    if (isSame && last) toasts.dismiss(last.toast);
    if (settings.settings && changesNothing(settings.settings, before)) return;
    const toast = toasts.show({ tone: 'success', title: changeText(change), action: { label: 'Undo', run: () => void save(before) } });
    last = { keys, before, toast };
  }

  // One after the other, so that a change that is asked for twice (a tab hears its click and its focus) is made once.
  let queue: Promise<void> = Promise.resolve();
  const change = (wanted: SettingsChange) => {
    queue = queue.then(() => apply(wanted));
    return queue;
  };
  return { failure, change };
}
