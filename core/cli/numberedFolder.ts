import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { EnvironmentError, InputError } from '../base/errors.ts';

/**
 * Makes `runs/<name>`, or `runs/<name>-2` and so on when that is taken.
 * @param create makes and takes a folder
 * @throws EnvironmentError `cannot-write`, and what `create` throws
 */
export async function createNumbered<T>(name: string, create: (directory: string) => Promise<T>): Promise<T> {
  for (let number = 1; number < 10_000; number++) {
    const directory = join('runs', number === 1 ? name : `${name}-${number}`);
    if (existsSync(directory)) continue;
    try {
      return await create(directory);
    } catch (error) {
      if (!isTaken(error)) throw error;
    }
  }
  throw new EnvironmentError('cannot-write', `There are too many folders of this name in ${join('runs')}; choose one with --out.`);
}

/** Whether an error means that a folder cannot be had, as opposed to that nothing can be written there. */
export function isTaken(error: unknown): boolean {
  return (error instanceof InputError && ['study-exists', 'folder-not-empty'].includes(error.code))
    || (error instanceof EnvironmentError && error.code === 'study-in-use');
}
