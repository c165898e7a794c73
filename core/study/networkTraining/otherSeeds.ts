import { readdirSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { PocketformerError } from '../../base/errors.ts';
import type { TrainingSettings } from './trainingFile.ts';
import { isTraining, readTraining } from './trainingFolder.ts';
import { readTrainingResult } from './trainingResult.ts';

export interface OtherSeed {
  readonly seed: number;
  /** Of its file on all of its validation images. */
  readonly top1: number;
  /** Whether its images and their split are the same. */
  readonly sameImages: boolean;
}

/**
 * What finished trainings beside a training have reached whose settings are the same but for name and seed: the accuracy of their files on all
 * validation images, by seed.
 * @param directory of the training, which is left out itself @param dataId of its images
 */
export async function otherSeeds(directory: string, settings: TrainingSettings, dataId: string): Promise<OtherSeed[]> {
  const own = resolve(directory);
  const found = new Map<number, OtherSeed>();
  for (const name of readdirSync(dirname(own)).sort()) {
    const other = join(dirname(own), name);
    if (name === basename(own) || name.startsWith('.') || !isTraining(other)) continue;
    const training = await readable(() => readTraining(other));
    if (training === undefined || training.settings.seed === settings.seed || !isDeepStrictEqual(alike(training.settings), alike(settings))) continue;
    const result = await readable(() => readTrainingResult(training.paths));
    const { seed } = training.settings;
    if (result) found.set(seed, { seed, top1: result.exported.accuracy, sameImages: result.data.id === dataId });
  }
  return [...found.values()].sort((a, b) => a.seed - b.seed);
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
