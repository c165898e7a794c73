import type { FileKind, ShellAction } from '../../electron/shellApi.ts';

export type { FileKind, ShellAction };

/** What the window may ask of its surroundings. Where something is not available, the screen offers another way. */
export interface Host {
  readonly kind: 'electron' | 'browser';
  /** Whether the two choosers do something; a browser cannot see the engine's disk (the contract's files.list can). */
  readonly canChooseFolder: boolean;
  readonly canReveal: boolean;
  /** The chosen folder's path on the engine's machine, or null when the person changed their mind. */
  chooseFolder(options: { title: string; startIn?: string }): Promise<string | null>;
  chooseFile(options: { title: string; startIn?: string; filters?: readonly FileKind[] }): Promise<string | null>;
  revealInFolder(path: string): Promise<void>;
  /** An OS notification, if the window is not in front and it is allowed; silently nothing otherwise. */
  notify(title: string, body: string): Promise<void>;
  copyText(text: string): Promise<void>;
  /** Saves under a name that the person may change; false when they changed their mind. */
  saveBlob(name: string, blob: Blob): Promise<boolean>;
  /** Remembers a study in the system's list of recent ones. */
  rememberStudy(study: { path: string; name: string }): Promise<void>;
  /** The path of a file or folder dropped on the window, or '' where that is not told. */
  pathOfDropped(file: File): string;
  /** Hears what was chosen in the window's menu or opened from outside. Returns what ends it. */
  onAction(listener: (action: ShellAction) => void): () => void;
}
