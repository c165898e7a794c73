import { join } from 'node:path';
import { InputError } from '../../base/errors.ts';
import { makeDirectory, writeFileAtomic } from '../files.ts';
import { finishedTraining, knownResult } from '../networkTraining/finishedTraining.ts';
import type { TrainingResult } from '../networkTraining/trainingResult.ts';
import type { RunHooks } from '../run/hooks.ts';
import { transferMarkdown } from './markdown.ts';
import { transferSvg } from './picture.ts';
import type { TransferReport } from './report.ts';
import { summariseTransfer } from './summarise.ts';
import { keptTransferFile, runsOf } from './keptTransfer.ts';
import { runName, trainingFileOf, type TransferFile } from './transferFile.ts';
import { keptPlan, transferPaths, type TransferPlan, type TransferredNetwork } from './transferPlan.ts';

export interface TransferHooks extends RunHooks {
  /** A run begins or goes on; finished ones are passed over. */
  readonly onRun?: (run: TransferRun) => void;
}

export interface TransferRun {
  readonly number: number;
  readonly runs: number;
  readonly network: TransferredNetwork;
  readonly seed: number;
  /** Time that this and all later runs will take if they take as long as those before; undefined before the first has ended. */
  readonly remainingSeconds: number | undefined;
}

/** A finished training of the transfer. */
export interface TransferResult {
  readonly network: TransferredNetwork;
  readonly seed: number;
  readonly result: TrainingResult;
}

/**
 * Does what is left of a transfer: one seed after the other, all networks of each, so that a first report is there early. Every run is a training of
 * its own below `runs/`; the report in `results/` is written anew after each. The same call goes on where it stopped.
 * @throws InputError `other-transfer`, and those of planning; CancelledError; what the runs throw
 */
export async function runTransfer(directory: string, file: TransferFile, hooks: TransferHooks = {}): Promise<TransferReport> {
  const plan = await keptPlan(directory, file);
  const paths = transferPaths(directory);
  const wanted = runsOf(file, plan);
  const finished: TransferResult[] = [];
  const startedMs = performance.now();
  let made = 0;
  for (const [i, { network, seed }] of wanted.entries()) {
    const folder = join(paths.runs, runName(network, seed));
    const training = trainingFileOf(file, plan, network, seed);
    let result = await knownResult(folder, training);
    if (!result) {
      const seconds = (performance.now() - startedMs) / 1000;
      hooks.onRun?.({ number: i + 1, runs: wanted.length, network, seed, remainingSeconds: made === 0 ? undefined : seconds / made * (wanted.length - i) });
      result = await finishedTraining(folder, training, hooks, { cacheDir: paths.cache });
      made++;
      await write(directory, plan, file, [...finished, { network, seed, result }], wanted.length);
    }
    finished.push({ network, seed, result });
  }
  return write(directory, plan, file, finished, wanted.length);
}

/** What is known so far of a folder's transfer, without doing anything. @throws InputError `not-a-transfer`, `no-summary` before the first run has ended */
export async function readTransferReport(directory: string): Promise<TransferReport> {
  const file = await keptTransferFile(directory);
  const plan = await keptPlan(directory, file);
  const finished: TransferResult[] = [];
  const wanted = runsOf(file, plan);
  for (const { network, seed } of wanted) {
    const result = await knownResult(join(transferPaths(directory).runs, runName(network, seed)), trainingFileOf(file, plan, network, seed));
    if (result) finished.push({ network, seed, result });
  }
  if (finished.length === 0) throw new InputError('no-summary', `${directory}: there are no results yet; none of its ${wanted.length} trainings has ended.`);
  return summariseTransfer(file.settings, plan, finished, wanted.length);
}

async function write(directory: string, plan: TransferPlan, file: TransferFile, finished: readonly TransferResult[], runs: number): Promise<TransferReport> {
  const report = summariseTransfer(file.settings, plan, finished, runs);
  const { results, summary, table, figure } = transferPaths(directory);
  const remedy = 'free space, then call the same command again.';
  await makeDirectory(results, { remedy });
  await writeFileAtomic(summary, `${JSON.stringify(report, undefined, 1)}\n`, { remedy });
  await writeFileAtomic(table, transferMarkdown(report), { remedy });
  await writeFileAtomic(figure, transferSvg(report), { remedy });
  return report;
}
