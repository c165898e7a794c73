import type { ShellApi } from '../../electron/shellApi.ts';
import { copyText } from './browser.ts';
import type { Host } from './types.ts';

/** The preload's object, in the desktop app. */
export function shellOfWindow(): ShellApi | undefined {
  return (globalThis.window as unknown as { pocketformerShell?: ShellApi } | undefined)?.pocketformerShell;
}

/** The desktop app: dialogs, notifications and files come from the main process, through the preload. */
export function electronHost(shell: ShellApi): Host {
  return {
    kind: 'electron',
    canChooseFolder: true,
    canReveal: true,
    chooseFolder: (options) => shell.chooseFolder(options),
    chooseFile: (options) => shell.chooseFile(options),
    revealInFolder: (path) => shell.revealInFolder(path),
    notify: (title, body) => shell.notify(title, body),
    copyText,
    saveBlob: async (name, blob) => {
      const bytes = new Uint8Array(await blob.arrayBuffer());
      return (await shell.saveFile({ title: `Save ${name}`, name, bytes })) !== null;
    },
    rememberStudy: (study) => shell.rememberStudy(study),
    pathOfDropped: (file) => shell.pathOfDropped(file),
    onAction: (listener) => shell.onAction(listener),
  };
}
