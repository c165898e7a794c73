import { readdirSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { PocketformerError } from '../../base/errors.ts';
import type { TrainingSettings } from './trainingFile.ts';
import { isTraining, readTraining } from './trainingFolder.ts';
import { readTrainingResult } from './trainingResult.ts';

/**
 * What finished trainings beside a training have reached whose settings are the same but for name and seed: the accuracy of their files on all
 * validation images, by seed.
 * @param directory of the training, which is left out itself
 */
export async function otherSeeds(directory: string, settings: TrainingSettings): Promise<{ readonly seed: number; readonly top1: number }[]> {
  const own = resolve(directory);
  const found = new Map<number, number>();
  for (const name of readdirSync(dirname(own)).sort()) {
    const other = join(dirname(own), name);
    if (name === basename(own) || name.startsWith('.') || !isTraining(other)) continue;
    const training = await readable(() => readTraining(other));
    if (training === undefined || training.settings.seed === settings.seed || !isDeepStrictEqual(alike(training.settings), alike(settings))) continue;
    const result = await readable(() => readTrainingResult(training.paths));
    if (result) found.set(training.settings.seed, result.exported.accuracy);
  }
  return [...found].map(([seed, top1]) => ({ seed, top1 })).sort((a, b) => a.seed - b.seed);
}

const alike = ({ name: _name, seed: _seed, ...rest }: TrainingSettings) => rest;

/** A damaged neighbour says nothing, and is no obstacle. */
async function readable<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof PocketformerError) return undefined;
    throw error;
  }
}
