import { basename, join, resolve } from 'node:path';
import { InputError } from '../../base/errors.ts';
import { isTraining, readTraining } from '../../study/networkTraining/trainingFolder.ts';
import type { TrainingRow as LibraryRow } from '../../study/networkTraining/trainingList.ts';
import { readTrainingResult } from '../../study/networkTraining/trainingResult.ts';
import { readText } from '../../study/textFile.ts';
import type { OutputOf } from '../contract/contract.ts';
import type { TrainingRow } from '../contract/types.ts';

/** @param ownPids processes that this core has started; any other that has the training runs it elsewhere */
export function trainingView({ holder, ...row }: LibraryRow, ownPids: ReadonlySet<number>): TrainingRow {
  return { ...row, runsElsewhere: holder !== null && !ownPids.has(holder.pid) };
}

/**
 * The folder of a training of the library.
 * @throws InputError `unknown-training`, also for a name that leads out of the library
 */
export function trainingDirectory(library: string, training: string): string {
  const directory = resolve(join(library, training));
  if (basename(directory) === training && isTraining(directory)) return directory;
  throw new InputError('unknown-training', `There is no training "${training}" in ${library}.`);
}

/** A training with its file and what it has found. @throws as `readTraining` */
export async function trainingDetail(row: TrainingRow): Promise<OutputOf<'trainings.get'>> {
  const { paths } = await readTraining(row.directory);
  return { row, text: await readText(paths.trainingFile), result: await readTrainingResult(paths) ?? null };
}
