import type { BrowserWindowConstructorOptions } from 'electron';

/** The window's settings; the page in it is treated as if it came from anywhere. */
export function windowOptions(preload: string, version: string): BrowserWindowConstructorOptions {
  return {
    name: 'workbench',
    windowStatePersistence: true,
    title: 'Pocketformer',
    width: 1440,
    height: 900,
    minWidth: 960,
    minHeight: 600,
    // Shown once it has something to show.
    show: false,
    autoHideMenuBar: false,
    webPreferences: {
      preload,
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      webviewTag: false,
      navigateOnDragDrop: false,
      spellcheck: false,
      additionalArguments: [`--pocketformer-version=${version}`],
    },
  };
}
