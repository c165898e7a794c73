import { InputError } from '../base/errors.ts';
import type { Augmentation } from '../data/augment.ts';
import { augmentationOf, loadData } from '../data/config.ts';
import type { ImageSet, LoadHooks } from '../data/imageSet.ts';
import { measureNormalisation } from '../data/normalisation.ts';
import type { Normalisation } from '../data/normalisation.ts';
import { getSpace } from '../spaces/index.ts';
import type { SearchSpace } from '../spaces/index.ts';
import { withImages } from './archive/missingData.ts';
import { loadLatestCheckpoint } from './checkpoints.ts';
import type { LoadedCheckpoint } from './checkpoints.ts';
import type { StudyDescription } from './folder.ts';
import { requireTraining } from './requireTraining.ts';
import type { TrainedStudySettings } from './studyFile.ts';

/** What a study has trained so far, with its own images. */
export interface TrainedStudy {
  readonly space: SearchSpace;
  readonly settings: TrainedStudySettings;
  /** Of the training. */
  readonly checkpoint: LoadedCheckpoint;
  /** To be closed. */
  readonly data: ImageSet;
  readonly normalisation: Normalisation;
  readonly augmentation: Augmentation;
}

/**
 * The latest state of a study's training. The study is only read (decoded images may be added to its cache), so it may
 * be running.
 * @throws InputError `training-free-study`, `untrained-study` before the first checkpoint, `data-elsewhere`, `other-data` when the images have changed
 */
export async function loadTrainedStudy(study: StudyDescription, hooks: LoadHooks = {}): Promise<TrainedStudy> {
  const { directory, paths, info } = study;
  const settings = requireTraining(study.settings, directory);
  const checkpoint = await loadLatestCheckpoint(paths.checkpoints, { phase: 'training' });
  if (checkpoint === undefined) {
    throw new InputError('untrained-study', `${directory}: has no trained weights yet; go on with "pocketformer resume ${directory}" first.`);
  }
  const data = await withImages(directory, () => loadData(settings.data, { baseDir: info.baseDir, cacheDir: paths.cache, seed: settings.seed, ...hooks }));
  if ((checkpoint.state as { data?: unknown }).data !== data.id) {
    data.close();
    throw new InputError('other-data', `${directory}: the images have changed since this study was begun; restore them first.`);
  }
  return {
    space: getSpace(settings.space), settings, checkpoint, data, normalisation: measureNormalisation(data.train, data.imageSize),
    augmentation: augmentationOf(settings.data),
  };
}
