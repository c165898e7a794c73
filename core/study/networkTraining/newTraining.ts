import { resolve } from 'node:path';
import { inFreeFolder } from '../library/freeFolder.ts';
import { parseTrainingFile } from './trainingFile.ts';
import { createTraining } from './trainingFolder.ts';

/**
 * Makes a training in a library that is ready to be begun.
 * @param baseDir that relative paths in the text start from
 * @returns its folder
 * @throws those of `parseTrainingFile` and `createTraining`
 */
export function newTraining(library: string, { text, baseDir }: { readonly text: string; readonly baseDir: string }): Promise<string> {
  const path = 'training.yaml';
  const settings = parseTrainingFile(text, path);
  return inFreeFolder(library, settings.name, async (directory) => {
    (await createTraining(directory, { settings, text, path, baseDir: resolve(baseDir) })).close();
    return directory;
  });
}
