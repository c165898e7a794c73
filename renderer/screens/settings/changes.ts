import type { WorkbenchSettings } from '../../../core/api/contract/types.ts';

export type SettingsChange = Partial<WorkbenchSettings>;

/** What brings back the values that a change replaces. */
export function inverseOf(settings: WorkbenchSettings, change: SettingsChange): SettingsChange {
  return Object.fromEntries(Object.keys(change).map((key) => [key, settings[key as keyof WorkbenchSettings]]));
}

/** Whether a change would leave everything as it is. */
export function changesNothing(settings: WorkbenchSettings, change: SettingsChange): boolean {
  return Object.entries(change).every(([key, value]) => settings[key as keyof WorkbenchSettings] === value);
}

const themeWords = { system: 'as the system', light: 'light', dark: 'dark' };

/** What has changed, for the notice that offers to undo it: "Theme: dark". */
export function changeText(change: SettingsChange): string {
  return Object.keys(change).map((key) => oneChange(key as keyof WorkbenchSettings, change)).join(', ');
}

function oneChange(key: keyof WorkbenchSettings, change: SettingsChange): string {
  switch (key) {
    case 'theme': return `Theme: ${themeWords[change.theme!]}`;
    case 'engine': return `Engine of new studies: ${change.engine === 'auto' ? 'the fastest' : change.engine}`;
    case 'threads': return `Threads: ${change.threads ?? 'as many as there are'}`;
    case 'memoryGiB': return change.memoryGiB === null ? "Memory: the engine's own limit" : `Memory: at most ${change.memoryGiB} GiB`;
    case 'libraryFolder': return `New studies go to ${change.libraryFolder}`;
    case 'notifications': return `Notifications: ${change.notifications ? 'on' : 'off'}`;
    case 'reducedMotion': return `Reduced motion: ${change.reducedMotion ? 'on' : 'off'}`;
  }
}
