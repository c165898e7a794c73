const storageKey = 'pocketformer.recentActions';

/** The ids run last from the palette, newest first. */
export function recentActions(): string[] {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(storageKey) ?? '[]');
    return Array.isArray(stored) ? stored.filter((id) => typeof id === 'string') : [];
  } catch {
    // Not ours, or cut off: start afresh.
    return [];
  }
}

export function rememberAction(id: string): void {
  localStorage.setItem(storageKey, JSON.stringify([id, ...recentActions().filter((other) => other !== id)].slice(0, 5)));
}
