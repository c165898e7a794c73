/** What the window may ask of its surroundings. Where something is not available, the screen offers another way. */
export interface Host {
  readonly kind: 'electron' | 'browser';
  /** Whether `chooseFolder` and `revealInFolder` do something; a browser cannot see the engine's disk. */
  readonly canChooseFolder: boolean;
  readonly canReveal: boolean;
  /** The chosen folder's path on the engine's machine, or null when the person changed their mind. */
  chooseFolder(options: { title: string; startIn?: string }): Promise<string | null>;
  revealInFolder(path: string): Promise<void>;
  /** An OS notification, if the window is not in front and it is allowed; silently nothing otherwise. */
  notify(title: string, body: string): Promise<void>;
  copyText(text: string): Promise<void>;
  /** Offers a file for saving under the suggested name. */
  saveBlob(name: string, blob: Blob): Promise<void>;
}
