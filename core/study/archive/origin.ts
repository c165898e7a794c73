import { join } from 'node:path';
import { readResult } from '../readResult.ts';
import { originName, originSchema, type ArchiveOrigin } from './manifest.ts';

/** Where an opened study or training came from; undefined for one that was made here. @throws InputError `damaged-result` */
export function readOrigin(directory: string): Promise<ArchiveOrigin | undefined> {
  return readResult(join(directory, originName), originSchema, 'does not tell of an archive; was it edited?');
}
