import { app, BrowserWindow, dialog, MessageChannelMain } from 'electron';
import { appOrigin } from './senderCheck.ts';
import type { EngineSupervisor } from './engineSupervisor.ts';
import type { EngineNews, ShellAction } from './shellApi.ts';
import { windowOptions } from './windowOptions.ts';

/** The one window: what reaches it waits until its page listens. */
export class WorkbenchWindow {
  readonly #engine: EngineSupervisor;
  readonly #preload: string;
  readonly #log: (line: string) => void;
  /** Whether closing the window may go on; where it may not, the app is asked to quit, which asks the person. */
  mayClose: () => boolean = () => true;
  #window: BrowserWindow | undefined;
  #listens = false;
  #waiting: ShellAction[] = [];
  #progress: number | undefined;

  constructor(engine: EngineSupervisor, preload: string, log: (line: string) => void) {
    this.#engine = engine;
    this.#preload = preload;
    this.#log = log;
  }

  get window(): BrowserWindow | undefined {
    return this.#window;
  }

  /** Brings the window to the front, making it if there is none. */
  show(): void {
    if (!this.#window) return this.#create();
    if (this.#window.isMinimized()) this.#window.restore();
    this.#window.show();
    this.#window.focus();
  }

  /** The page listens: it gets its port, and what was waiting. */
  ready(): void {
    this.#listens = true;
    this.tellEngine(this.#engine.state);
    this.connect();
    for (const action of this.#waiting.splice(0)) this.act(action);
  }

  /** Makes a channel between page and engine, if both are there. */
  connect(): void {
    if (!this.#window || !this.#listens) return;
    const { port1, port2 } = new MessageChannelMain();
    if (this.#engine.connect(port1)) this.#window.webContents.postMessage('shell:port', null, [port2]);
  }

  act(action: ShellAction): void {
    if (this.#window && this.#listens) this.#window.webContents.send('shell:action', action);
    else this.#waiting.push(action);
  }

  tellEngine(state: EngineNews): void {
    if (this.#window && this.#listens) this.#window.webContents.send('shell:engine', state);
  }

  /** @param fraction 0 to 1; undefined when nothing runs */
  setProgress(fraction: number | undefined): void {
    if (fraction === this.#progress) return;
    this.#progress = fraction;
    this.#window?.setProgressBar(fraction ?? -1);
  }

  #create(): void {
    const window = new BrowserWindow(windowOptions(this.#preload, app.getVersion()));
    this.#window = window;
    this.#listens = false;
    window.once('ready-to-show', () => window.show());
    window.on('close', (event) => {
      if (this.mayClose()) return;
      event.preventDefault();
      app.quit();
    });
    window.on('closed', () => {
      this.#window = undefined;
      this.#listens = false;
    });
    window.webContents.on('did-start-navigation', ({ isMainFrame, isSameDocument }) => {
      // The page that listened goes; the one that comes says so itself.
      if (isMainFrame && !isSameDocument) this.#listens = false;
    });
    window.webContents.on('render-process-gone', (_event, { reason, exitCode }) => {
      if (reason !== 'clean-exit') void this.#offerReload(`The window's process went (${reason}, code ${exitCode}).`);
    });
    window.webContents.on('did-fail-load', (_event, code, text, url, isMainFrame) => {
      if (isMainFrame) this.#log(`The window could not load ${url}: ${text} (${code})`);
    });
    window.loadURL(`${appOrigin}/`).catch((error: unknown) => this.#log(`The window could not be loaded: ${String(error)}`));
  }

  async #offerReload(happened: string): Promise<void> {
    this.#log(happened);
    this.#listens = false;
    const { window } = this;
    if (!window) return;
    const { response } = await dialog.showMessageBox(window, {
      type: 'error', message: 'The window has stopped working.', detail: `${happened} Jobs are not affected and go on.`,
      buttons: ['Reload', 'Close window'], defaultId: 0, cancelId: 1,
    });
    if (window.isDestroyed()) return;
    if (response === 0) window.reload();
    else window.destroy();
  }
}
