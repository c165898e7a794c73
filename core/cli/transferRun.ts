import { CancelledError } from '../base/errors.ts';
import { formatDuration } from '../study/progress.ts';
import { runTransfer } from '../study/transfer/runTransfer.ts';
import type { TransferReport } from '../study/transfer/report.ts';
import type { TransferFile } from '../study/transfer/transferFile.ts';
import { transferMarkdown } from '../study/transfer/markdown.ts';
import { transferPaths } from '../study/transfer/transferPlan.ts';
import type { Surroundings } from './command.ts';
import { StudyProgress } from './studyProgress.ts';
import { quoted } from './studyRun.ts';

/**
 * Does what is left of a transfer while showing its progress, and prints what was found.
 * @throws CancelledError after a stop request, saying how to go on; what runTransfer throws
 */
export async function followTransfer(directory: string, file: TransferFile, surroundings: Surroundings): Promise<void> {
  const progress = new StudyProgress(surroundings);
  try {
    const report = await runTransfer(directory, file, {
      signal: surroundings.stopSignal(), onProgress: (each) => progress.update(each), onMessage: (message) => progress.message(message),
      onRun({ number, runs, network: { id, name }, seed, remainingSeconds }) {
        progress.finish();
        const left = remainingSeconds === undefined ? '' : `; about ${formatDuration(remainingSeconds)} left for all`;
        surroundings.note(`Run ${number} of ${runs}: ${name ?? id}, seed ${seed}${left}`);
      },
    });
    progress.finish();
    await printTransfer(directory, report, surroundings);
  } catch (error) {
    if (!(error instanceof CancelledError)) throw error;
    throw new CancelledError(`Stopped on request, with everything saved. To go on: pocketformer resume ${quoted(directory)}`);
  } finally {
    progress.finish();
  }
}

/** Prints a transfer's report: with --json as it is kept, otherwise as tables. */
export async function printTransfer(directory: string, report: TransferReport, { json, print }: Pick<Surroundings, 'json' | 'print'>): Promise<void> {
  if (json) return print(JSON.stringify(report));
  const { table, figure, summary } = transferPaths(directory);
  await print(transferMarkdown(report).trimEnd());
  for (const line of ['', `Table   ${table}`, `Figure  ${figure}`, `Result  ${summary}`]) await print(line);
}
