import { statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/**
 * What was to be opened, among a program's arguments: existing folders, study files, and the file that every study's
 * folder has for double clicks.
 * @param args without the program and, in development, without its script
 * @param folder that relative paths start from
 */
export function openedPaths(args: readonly string[], folder: string): string[] {
  return args.filter((arg) => !arg.startsWith('-')).map((arg) => resolve(folder, arg)).filter(canBeOpened);
}

/** Whether a path can be a study: a folder, a study file, or a file that stands for the folder it is in. */
export function canBeOpened(path: string): boolean {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats !== undefined && (stats.isDirectory() || (stats.isFile() && /\.(ya?ml|pocketformer)$/i.test(path)));
}

/** The folder of a study whose file was opened; anything else as it is. */
export function studyOf(path: string): string {
  return /[\\/]study\.(ya?ml|pocketformer)$/i.test(path) ? dirname(path) : path;
}
