import { InputError } from '../base/errors.ts';
import { augmentationOf, loadData } from '../data/config.ts';
import { measureNormalisation } from '../data/normalisation.ts';
import type { Normalisation } from '../data/normalisation.ts';
import type { Engine } from '../engine/engine.ts';
import type { Weights } from '../model/weights.ts';
import type { SearchSpace } from '../spaces/index.ts';
import { loadLatestCheckpoint } from './checkpoints.ts';
import type { StudyView } from './folder.ts';
import { SubnetEvaluator } from '../training/supernet/evaluator.ts';
import { evaluationWeights } from '../training/supernet/trainer.ts';

export interface InheritedNetwork {
  /** The supernet's slices, batch norms calibrated as in the study's own search and export. */
  readonly weights: Weights;
  readonly classNames: readonly string[];
  readonly normalisation: Normalisation;
}

/**
 * An architecture with what the study's supernet has learned for it. The study is only read (decoded images may be
 * added to its cache), so it may be running.
 * @throws InputError `untrained-study` before the first checkpoint, `other-data` when the images have changed
 */
export async function inheritNetwork<A>(
  { directory, paths, info, settings }: StudyView, space: SearchSpace<A>, arch: A, engine: Engine, resolution?: number,
): Promise<InheritedNetwork> {
  const checkpoint = await loadLatestCheckpoint(paths.checkpoints, { phase: 'training' });
  if (checkpoint === undefined) {
    throw new InputError('untrained-study', `${directory}: has no trained weights yet; go on with "pocketformer resume ${directory}" first.`);
  }
  const { training, search, seed } = settings;
  const data = await loadData(settings.data, { baseDir: info.baseDir, cacheDir: paths.cache, seed });
  try {
    if ((checkpoint.state as { data?: unknown }).data !== data.id) {
      throw new InputError('other-data', `${directory}: the images have changed since this study was begun; restore them first.`);
    }
    const classes = data.classes.length;
    const normalisation = measureNormalisation(data.train, data.imageSize);
    const evaluator = new SubnetEvaluator({
      engine, data, normalisation, seed, augmentation: augmentationOf(settings.data), batchSize: training.batchSize,
      calibrationBatches: search.calibrationBatches,
      weights: evaluationWeights(space.lower(space.largest, { classes, supernet: true }), checkpoint.tensors),
    });
    const weights = evaluator.extract(space.lower(arch, { classes, resolution }));
    return { weights, normalisation, classNames: data.classes };
  } finally {
    data.close();
  }
}
