import type { Host } from './types.ts';

/** A browser on `serve`: no access to the engine's folders, downloads instead of save dialogs. */
export function browserHost(): Host {
  return {
    kind: 'browser',
    canChooseFolder: false,
    canReveal: false,
    chooseFolder: () => Promise.resolve(null),
    chooseFile: () => Promise.resolve(null),
    revealInFolder: () => Promise.resolve(),
    notify: async (title, body) => {
      if (!('Notification' in globalThis) || document.hasFocus()) return;
      if (Notification.permission === 'default') await Notification.requestPermission();
      if (Notification.permission === 'granted') new Notification(title, { body });
    },
    copyText,
    saveBlob: download,
    rememberStudy: () => Promise.resolve(),
    pathOfDropped: () => '',
    onAction: () => () => undefined,
  };
}

export async function copyText(text: string): Promise<void> {
  await navigator.clipboard.writeText(text);
}

function download(name: string, blob: Blob): Promise<boolean> {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  // The download has begun by then; keeping the URL would keep the blob.
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  return Promise.resolve(true);
}
