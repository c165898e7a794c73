import { resolve } from 'node:path';
import { inFreeFolder } from '../library/freeFolder.ts';
import { parseTransferFile } from './transferFile.ts';
import { keptPlan } from './transferPlan.ts';

/**
 * Makes a transfer in a library that is ready to be begun: what it trains is settled from then on.
 * @param baseDir that relative paths in the text start from
 * @returns its folder
 * @throws those of `parseTransferFile` and `keptPlan`
 */
export function newTransfer(library: string, { text, baseDir }: { readonly text: string; readonly baseDir: string }): Promise<string> {
  const path = 'transfer.yaml';
  const settings = parseTransferFile(text, path);
  return inFreeFolder(library, settings.name, async (directory) => {
    await keptPlan(directory, { settings, text, path, baseDir: resolve(baseDir) });
    return directory;
  });
}
