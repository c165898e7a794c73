import { readFile, stat } from 'node:fs/promises';
import { InputError } from '../base/errors.ts';
import { errorCode } from './files.ts';

/** A profile of a million events is half of this; a text twice as long does not fit into a string. */
const mostBytes = 256 * 2 ** 20;

/** @throws InputError `missing-file`, `not-a-text-file` or `too-large-file`. */
export async function readText(path: string): Promise<string> {
  let bytes: Buffer;
  try {
    const { size } = await stat(path);
    if (size > mostBytes) throw new InputError('too-large-file', `${path}: has ${Math.round(size / 2 ** 20)} MiB; expected at most ${mostBytes / 2 ** 20}.`);
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
