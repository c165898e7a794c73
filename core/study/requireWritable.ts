import { statSync } from 'node:fs';
import type { Stats } from 'node:fs';
import { dirname } from 'node:path';
import { InputError } from '../base/errors.ts';

/**
 * Finds out before the work what would fail after it, or what a new file must not replace, such as a device.
 * @throws InputError `bad-output`, naming the path as `--out`
 */
export function requireWritable(out: string): void {
  const existing = statsOf(out);
  if (existing !== undefined && !existing.isFile()) {
    throw new InputError('bad-output', `--out: ${out} is ${existing.isDirectory() ? 'a folder' : 'no file'}; expected the path of a file.`);
  }
  if (!statsOf(dirname(out))?.isDirectory()) throw new InputError('bad-output', `--out: there is no folder ${dirname(out)} for the file.`);
}

function statsOf(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}
