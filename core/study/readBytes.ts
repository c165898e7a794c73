import { readFile } from 'node:fs/promises';
import { InputError, messageOf } from '../base/errors.ts';
import { errorCode } from './files.ts';

/** @throws InputError `missing-file`, or `unreadable-file` saying why */
export async function readBytes(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    if (['ENOENT', 'ENOTDIR'].includes(errorCode(cause))) throw new InputError('missing-file', `${path}: there is no such file.`, { cause });
    throw new InputError('unreadable-file', `${path}: cannot be read (${messageOf(cause)}).`, { cause });
  }
}
