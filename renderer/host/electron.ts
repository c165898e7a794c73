import { copyText, saveBlob } from './browser.ts';
import type { Host } from './types.ts';

/** The calls that the preload offers and this window uses (electron/shellApi.ts has them all). */
interface Shell {
  chooseFolder(options: { title: string; startIn?: string }): Promise<string | null>;
  revealInFolder(path: string): Promise<void>;
  notify(title: string, body: string): Promise<void>;
}

/** The desktop app: dialogs and notifications come from the main process, through the preload. */
export function electronHost(): Host {
  const { pocketformerShell: shell } = window as unknown as { pocketformerShell: Shell };
  return {
    kind: 'electron',
    canChooseFolder: true,
    canReveal: true,
    chooseFolder: (options) => shell.chooseFolder(options),
    revealInFolder: (path) => shell.revealInFolder(path),
    notify: (title, body) => shell.notify(title, body),
    copyText,
    saveBlob,
  };
}
