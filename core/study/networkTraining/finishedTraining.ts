import { existsSync } from 'node:fs';
import { InputError } from '../../base/errors.ts';
import type { RunHooks } from '../run/hooks.ts';
import { readText } from '../textFile.ts';
import { runTraining, type TrainingSurroundings } from './runTraining.ts';
import type { TrainingFile } from './trainingFile.ts';
import { createTraining, isTraining, openTraining, readTraining, trainingPaths } from './trainingFolder.ts';
import { readTrainingResult, type TrainingResult } from './trainingResult.ts';

/**
 * One of several trainings that belong together: begins it, goes on with it, or reads what it has found.
 * @throws InputError `other-training` when the folder holds a training by another file, or something else; CancelledError; what the training throws
 */
export async function finishedTraining(folder: string, file: TrainingFile, hooks: RunHooks, surroundings?: TrainingSurroundings): Promise<TrainingResult> {
  const known = await knownResult(folder, file);
  if (known) return known;
  const training = isTraining(folder) ? await openTraining(folder) : await createTraining(folder, file);
  try {
    return await runTraining(training, hooks, surroundings);
  } finally {
    training.close();
  }
}

/** Undefined where it is not finished, or not even there. @throws InputError `other-training` */
export async function knownResult(folder: string, file: TrainingFile): Promise<TrainingResult | undefined> {
  if (!isTraining(folder)) {
    if (!existsSync(folder)) return undefined;
    throw new InputError('other-training', `${folder}: is in the way; choose another folder with --out.`);
  }
  if (await readText(trainingPaths(folder).trainingFile) !== file.text) {
    throw new InputError('other-training', `${folder}: holds a training by another file; choose another folder with --out, or delete this one.`);
  }
  const { info, paths } = await readTraining(folder);
  return info.status === 'finished' ? readTrainingResult(paths) : undefined;
}
