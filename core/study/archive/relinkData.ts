import { resolve } from 'node:path';
import { InputError } from '../../base/errors.ts';
import { loadData } from '../../data/config.ts';
import type { LoadHooks } from '../../data/imageSet.ts';
import { openStudy } from '../folder.ts';
import { setInYaml } from '../library/editYaml.ts';
import { openTraining } from '../networkTraining/trainingFolder.ts';
import { readText } from '../textFile.ts';
import { imageFolder, knownImages, readJob } from './job.ts';

export interface Relinked {
  /** Absolute. */
  readonly path: string;
  readonly id: string;
  readonly trainImages: number;
  readonly valImages: number;
  /** Whether the images were compared with those that the job has worked with; false where it had not read any yet. */
  readonly isChecked: boolean;
}

/**
 * Tells a study or a training where its images are now. They are read as it reads them, and must be the very same.
 * @throws InputError `no-image-folder`, `other-data`, as `loadData`; EnvironmentError `study-in-use`, `disk-full`, `cannot-write`; CancelledError
 */
export async function relinkData(directory: string, folder: string, hooks: LoadHooks = {}): Promise<Relinked> {
  const job = await readJob(directory);
  const images = imageFolder(job);
  if (images === undefined) throw new InputError('no-image-folder', `${directory}: takes its images from no folder, so there is nothing to tell it.`);
  const path = resolve(folder);
  const held = job.kind === 'training' ? await openTraining(directory) : await openStudy(directory);
  try {
    const known = await knownImages(directory);
    const data = await loadData({ ...images, path }, { baseDir: path, cacheDir: held.paths.cache, seed: job.settings.seed, ...hooks });
    data.close();
    const found = { path, id: data.id, trainImages: data.train.count, valImages: data.val.count };
    if (known !== undefined && known.id !== data.id) {
      const counts = known.trainImages === null ? '' : `, ${known.trainImages} to train on and ${known.valImages ?? 0} to validate with`;
      throw new InputError('other-data', `${path}: these are other images than ${job.name} was begun with: ${found.trainImages} to train on and ${found.valImages} to validate with, SHA-256 ${found.id}; `
        + `expected ${known.id}${counts}. A file more or less, another split or another version of the decoder is enough.`);
    }
    await held.writeFile(job.settingsFile, setInYaml(await readText(job.settingsFile), ['data', 'path'], path));
    return { ...found, isChecked: known !== undefined };
  } finally {
    held.close();
  }
}
