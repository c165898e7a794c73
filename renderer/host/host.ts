import { browserHost } from './browser.ts';
import { electronHost } from './electron.ts';
import type { Host } from './types.ts';

/** The surroundings of this window: Electron when its preload ran, a browser otherwise. */
export const host: Host = globalThis.window && 'pocketformerShell' in window ? electronHost() : browserHost();
export type { Host } from './types.ts';
