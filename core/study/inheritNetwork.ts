import { InputError } from '../base/errors.ts';
import type { ImageSet } from '../data/imageSet.ts';
import type { Normalisation } from '../data/normalisation.ts';
import type { Engine } from '../engine/engine.ts';
import { SubnetView } from '../model/subnet.ts';
import type { Weights } from '../model/weights.ts';
import type { Network } from '../network/network.ts';
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
 * @throws InputError `not-in-supernet` where the supernet has no weights for the architecture at the resolution, and as `loadTrainedStudy`
 */
export function inheritNetwork<A>(
  study: StudyView, space: SearchSpace<A>, arch: A, engine: Engine, resolution?: number,
): Promise<InheritedNetwork> {
  return withInherited(study, space, arch, engine, (inherited) => Promise.resolve(inherited), resolution);
}

/**
 * The same, for what needs the study's images as well: they are open until `use` is done.
 * @throws as `inheritNetwork`
 */
export async function withInherited<A, T>(
  study: StudyView, space: SearchSpace<A>, arch: A, engine: Engine, use: (inherited: InheritedNetwork, data: ImageSet) => Promise<T>, resolution?: number,
): Promise<T> {
  const { data, settings: { training, search, seed }, normalisation, augmentation, checkpoint } = await loadTrainedStudy(study);
  try {
    const classes = data.classes.length;
    const weights = evaluationWeights(space.lower(space.largest, { classes, supernet: true }), checkpoint.tensors);
    const network = space.lower(arch, { classes, resolution });
    requirePart(weights, network, `${study.directory}: its supernet has no weights for ${space.key(arch)} at ${network.resolution} px`);
    const evaluator = new SubnetEvaluator({
      engine, data, normalisation, seed, augmentation, batchSize: training.batchSize,
      calibrationBatches: search.calibrationBatches, weights,
    });
    return await use({ weights: evaluator.extract(network), normalisation, classNames: data.classes }, data);
  } finally {
    data.close();
  }
}

/**
 * Spaces also read relatives of their own networks, wider or deeper ones among them, and other resolutions have other positions.
 * @throws InputError `not-in-supernet`, which begins with the complaint
 */
export function requirePart(supernet: Weights, network: Network, complaint: string): void {
  try {
    new SubnetView(supernet, network);
  } catch (cause) {
    if (cause instanceof RangeError) throw new InputError('not-in-supernet', `${complaint}. ${cause.message}`, { cause });
    throw cause;
  }
}
