import type { Normalisation } from '../data/normalisation.ts';
import type { Engine } from '../engine/engine.ts';
import type { Weights } from '../model/weights.ts';
import type { SearchSpace } from '../spaces/index.ts';
import type { StudyView } from './folder.ts';
import { loadTrainedStudy } from './trainedStudy.ts';
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
 * @throws InputError as `loadTrainedStudy`
 */
export async function inheritNetwork<A>(
  study: StudyView, space: SearchSpace<A>, arch: A, engine: Engine, resolution?: number,
): Promise<InheritedNetwork> {
  const { data, settings: { training, search, seed }, normalisation, augmentation, checkpoint } = await loadTrainedStudy(study);
  try {
    const classes = data.classes.length;
    const evaluator = new SubnetEvaluator({
      engine, data, normalisation, seed, augmentation, batchSize: training.batchSize,
      calibrationBatches: search.calibrationBatches,
      weights: evaluationWeights(space.lower(space.largest, { classes, supernet: true }), checkpoint.tensors),
    });
    const weights = evaluator.extract(space.lower(arch, { classes, resolution }));
    return { weights, normalisation, classNames: data.classes };
  } finally {
    data.close();
  }
}
