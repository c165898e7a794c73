import { readFile } from 'node:fs/promises';
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
  const { paths, info: { baseDir } } = await readTraining(row.directory);
  return { row, baseDir, text: await readText(paths.trainingFile), result: await readTrainingResult(paths) ?? null };
}

/** @throws as `readTraining`; InputError `missing-file` where a picture was deleted */
export async function wrongImages(directory: string, most: number): Promise<Uint8Array[]> {
  const { paths } = await readTraining(directory);
  const { wrong } = (await readTrainingResult(paths))?.evaluation ?? { wrong: [] };
  const names = wrong.slice(0, most).map(({ picture }) => basename(picture));
  return Promise.all(names.map(async (name) => {
    try {
      return Uint8Array.from(await readFile(join(paths.wrong, name)));
    } catch (cause) {
      throw new InputError('missing-file', `The picture ${join(paths.wrong, name)} is not there any more.`, { cause });
    }
  }));
}
