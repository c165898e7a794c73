import { join } from 'node:path';
import { EnvironmentError, InputError } from '../../base/errors.ts';
import { makeDirectory } from '../files.ts';
import { freeDirectory, safeFolderName } from './trash.ts';

const attempts = 5;

/**
 * Makes something in a new folder of a library, called like it, with a number where that name is taken.
 * @param make gets the folder, which is not there yet
 * @throws what `make` throws
 */
export async function inFreeFolder<T>(library: string, name: string, make: (directory: string) => Promise<T>): Promise<T> {
  await makeDirectory(library);
  const wanted = join(library, safeFolderName(name));
  for (let attempt = 1; ; attempt++) {
    try {
      return await make(freeDirectory(wanted));
    } catch (error) {
      // Somebody else took the folder since it was found free.
      const isTaken = (error instanceof InputError && ['study-exists', 'folder-not-empty'].includes(error.code))
        || (error instanceof EnvironmentError && error.code === 'study-in-use');
      if (!isTaken || attempt === attempts) throw error;
    }
  }
}
