/*
 * What the window can ask of the desktop around it, beyond the contract: `window.pocketformerShell`. Types alone; the
 * preload (preload.cts) makes it, shellCalls.ts answers it.
 */

export interface ShellApi {
  readonly platform: NodeJS.Platform;
  readonly versions: { readonly app: string; readonly electron: string; readonly chrome: string };
  /**
   * Says that the window listens. Ports to the core then come as messages to the window (`portMessage`), one now or as soon
   * as the core runs, and another whenever it was started again.
   */
  ready(): Promise<void>;
  /** A folder's path, or null when the person changed their mind. Begins where the last dialog ended unless told where. */
  chooseFolder(options: { title: string; startIn?: string }): Promise<string | null>;
  chooseFile(options: { title: string; startIn?: string; filters?: readonly FileKind[] }): Promise<string | null>;
  /** Asks where to save, and saves. The path, or null when the person changed their mind. */
  saveFile(options: { title: string; name: string; bytes: Uint8Array; filters?: readonly FileKind[] }): Promise<string | null>;
  revealInFolder(path: string): Promise<void>;
  /** Notifies unless the window is in front. */
  notify(title: string, body: string): Promise<void>;
  /** Remembers a study among the recent ones in the menu and the system's lists. */
  rememberStudy(study: { path: string; name: string }): Promise<void>;
  /** The path of a file or folder that was dropped on the window; empty when it has none. */
  pathOfDropped(file: File): string;
  /** Hears what was chosen in the menu or opened from outside. Returns what ends it. */
  onAction(listener: (action: ShellAction) => void): () => void;
  /** Hears how the core's process fares. */
  onEngine(listener: (state: EngineNews) => void): () => void;
}

export interface FileKind {
  readonly name: string;
  /** Without dots. */
  readonly extensions: readonly string[];
}

/** `id`: of the window's own action registry, or `open-path` with a study's folder or file. */
export type ShellAction = { readonly id: string } | { readonly id: 'open-path'; readonly path: string };

export type EngineNews =
  | { readonly kind: 'ready' }
  /** `attempt` 0 at the first start; more when it went and is started again. */
  | { readonly kind: 'starting'; readonly attempt: number }
  | { readonly kind: 'failed'; readonly message: string }
  | { readonly kind: 'stopped' };

/** Data of the window message that brings a port; its source is the window itself. */
export type PortMessage = 'pocketformer:port';
