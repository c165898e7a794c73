import { browserHost } from './browser.ts';
import { electronHost, shellOfWindow } from './electron.ts';
import type { Host } from './types.ts';

const shell = shellOfWindow();

/** The surroundings of this window: Electron when its preload ran, a browser otherwise. */
export const host: Host = shell ? electronHost(shell) : browserHost();
export type { Host } from './types.ts';
