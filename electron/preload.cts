// Runs sandboxed before the page: may require Electron's module and nothing else. It relays; the main process checks.
import type { ShellApi, PortMessage } from './shellApi.ts' with { 'resolution-mode': 'import' };

// eslint-disable-next-line @typescript-eslint/no-require-imports -- a sandboxed preload is CommonJS
const { contextBridge, ipcRenderer, webUtils }: typeof import('electron') = require('electron');

/** The page's own, which the types of Node do not know. */
declare const window: { postMessage(message: unknown, origin: string, transfer: readonly unknown[]): void; readonly location: { readonly origin: string } };

/** Calls back with the message alone: the event would hand the page the channel itself. */
function listen<T>(channel: string, listener: (message: T) => void): () => void {
  const relay = (_event: unknown, message: T) => listener(message);
  ipcRenderer.on(channel, relay);
  return () => {
    ipcRenderer.removeListener(channel, relay);
  };
}

const versionArgument = '--pocketformer-version=';

const shell: ShellApi = {
  platform: process.platform,
  versions: {
    app: process.argv.find((each) => each.startsWith(versionArgument))?.slice(versionArgument.length) ?? '',
    electron: process.versions['electron'] ?? '',
    chrome: process.versions['chrome'] ?? '',
  },
  ready: () => ipcRenderer.invoke('shell:ready'),
  chooseFolder: (options) => ipcRenderer.invoke('shell:chooseFolder', options),
  chooseFile: (options) => ipcRenderer.invoke('shell:chooseFile', options),
  saveFile: (options) => ipcRenderer.invoke('shell:saveFile', options),
  revealInFolder: (path) => ipcRenderer.invoke('shell:revealInFolder', path),
  notify: (title, body) => ipcRenderer.invoke('shell:notify', { title, body }),
  rememberStudy: (study) => ipcRenderer.invoke('shell:rememberStudy', study),
  pathOfDropped: (file) => webUtils.getPathForFile(file),
  onAction: (listener) => listen('shell:action', listener),
  onEngine: (listener) => listen('shell:engine', listener),
};

contextBridge.exposeInMainWorld('pocketformerShell', shell);

// A port cannot cross the bridge; as a message of the window to itself it can.
ipcRenderer.on('shell:port', (event) => {
  window.postMessage('pocketformer:port' satisfies PortMessage, window.location.origin, event.ports);
});
