import { InputError } from '../../base/errors.ts';
import { parseTransferFile, type TransferFile } from './transferFile.ts';
import { readPlan, transferPaths, type TransferPlan, type TransferredNetwork } from './transferPlan.ts';

/** The file that a folder's transfer was begun with. @throws InputError `not-a-transfer` */
export async function keptTransferFile(directory: string): Promise<TransferFile> {
  const plan = await readPlan(directory);
  if (!plan) throw new InputError('not-a-transfer', `${directory}: is not a transfer; the folder of one holds a transfer.json.`);
  const { text, baseDir, name } = plan;
  const { plan: path } = transferPaths(directory);
  return { text, baseDir, path, settings: { ...parseTransferFile(text, path), name } };
}

/** All trainings of a transfer, in the order in which they are run. */
export function runsOf({ settings: { seed, seeds } }: Pick<TransferFile, 'settings'>, { networks }: Pick<TransferPlan, 'networks'>): { network: TransferredNetwork; seed: number }[] {
  return Array.from({ length: seeds }, (_, i) => seed + i).flatMap((each) => networks.map((network) => ({ network, seed: each })));
}
