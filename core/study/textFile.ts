import { readFile } from 'node:fs/promises';
import { InputError } from '../base/errors.ts';
import { errorCode } from './files.ts';

/** @throws InputError `missing-file` or `not-a-text-file`. */
export async function readText(path: string): Promise<string> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(errorCode(error))) {
      throw new InputError('missing-file', `${path}: there is no such file.`, { cause: error });
    }
    if (errorCode(error) === 'EISDIR') {
      throw new InputError('not-a-text-file', `${path}: is a folder; expected a file.`, { cause: error });
    }
    if (['EACCES', 'EPERM'].includes(errorCode(error))) {
      throw new InputError('not-a-text-file', `${path}: may not be read by this user.`, { cause: error });
    }
    throw error;
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    throw new InputError('not-a-text-file', `${path}: is not text in UTF-8.`, { cause: error });
  }
}
