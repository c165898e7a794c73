import { basename, join, resolve } from 'node:path';
import { InputError } from '../../base/errors.ts';
import { readText } from '../../study/textFile.ts';
import { keptTransferFile } from '../../study/transfer/keptTransfer.ts';
import { keptReport } from '../../study/transfer/report.ts';
import type { TransferRow as LibraryRow } from '../../study/transfer/transferList.ts';
import { isTransfer, transferPaths } from '../../study/transfer/transferPlan.ts';
import type { OutputOf } from '../contract/contract.ts';
import type { TransferRow } from '../contract/types.ts';

/** @param ownPids processes that this core has started; any other that has one of the trainings runs it elsewhere */
export function transferView({ holder, runs, ...row }: LibraryRow, ownPids: ReadonlySet<number>): TransferRow {
  return { ...row, runs: [...runs], runsElsewhere: holder !== null && !ownPids.has(holder.pid) };
}

/**
 * The folder of a transfer of the library.
 * @throws InputError `unknown-transfer`, also for a name that leads out of the library
 */
export function transferDirectory(library: string, transfer: string): string {
  const directory = resolve(join(library, transfer));
  if (basename(directory) === transfer && isTransfer(directory)) return directory;
  throw new InputError('unknown-transfer', `There is no transfer "${transfer}" in ${library}.`);
}

/** The folder of one of its trainings, whether it is there yet or not. @throws InputError `unknown-training` for a name that leads out of the transfer */
export function runDirectory(directory: string, run: string): string {
  const { runs } = transferPaths(directory);
  const folder = resolve(join(runs, run));
  if (basename(folder) === run && resolve(runs, run) === folder) return folder;
  throw new InputError('unknown-training', `There is no training "${run}" in ${directory}.`);
}

/** A transfer with its file and what it has found so far. @throws as `keptTransferFile` and `keptReport` */
export async function transferDetail(row: TransferRow): Promise<OutputOf<'transfers.get'>> {
  const { text, baseDir } = await keptTransferFile(row.directory);
  const report = await keptReport(row.directory) ?? null;
  const { table, figure } = transferPaths(row.directory);
  return { row, text, baseDir, report, table: report && await textOf(table), figure: report && await textOf(figure) };
}

/** Null where it was deleted. */
async function textOf(path: string): Promise<string | null> {
  try {
    return await readText(path);
  } catch (error) {
    if (error instanceof InputError && error.code === 'missing-file') return null;
    throw error;
  }
}
