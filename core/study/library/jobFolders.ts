import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Visible folders of one kind in a library, by name; none where there is no library yet. */
export function jobFolders(library: string, isOne: (directory: string) => boolean): string[] {
  try {
    return readdirSync(library).filter((name) => !name.startsWith('.')).map((name) => join(library, name)).filter(isOne).sort();
  } catch {
    return [];
  }
}

/** When a file was last changed, in ms; 0 where there is none. */
export function changedAt(path: string): number {
  try {
    return statSync(path).mtimeMs;
  } catch {
    return 0;
  }
}
