import { Random } from '../base/random.ts';
import type { Engine } from '../engine/engine.ts';
import { Weights } from '../model/weights.ts';
import { SupernetConflict } from '../training/supernet/conflict/supernetConflict.ts';
import type { ConflictReport } from '../training/supernet/conflict/supernetConflict.ts';
import { SubnetSampler } from '../training/supernet/sampling/subnetSampler.ts';
import type { StudyDescription } from './folder.ts';
import { loadTrainedStudy } from './trainedStudy.ts';

export interface StudyConflictOptions {
  readonly engine: Engine;
  /** Images for each gradient, and pairs of subnets for each two sizes. */
  readonly images: number;
  readonly pairs: number;
  /** In MACs; by default seven over the whole space. */
  readonly sizes?: readonly number[];
  /** Chooses subnets and images. */
  readonly seed: number;
}

export interface StudyConflict extends ConflictReport {
  /** Training steps that the weights have had. */
  readonly step: number;
  /** For each gradient. */
  readonly images: number;
}

/**
 * Gradient conflict in a study's supernet as its latest checkpoint of the training has it.
 * @throws InputError as `loadTrainedStudy` and `subnetPairs`
 */
export async function studyConflict(study: StudyDescription, options: StudyConflictOptions): Promise<StudyConflict> {
  const { data, space, settings: { training }, checkpoint, normalisation, augmentation } = await loadTrainedStudy(study);
  const { engine, sizes, seed, pairs } = options;
  try {
    const images = Math.min(options.images, data.train.count);
    const settings = { ...training, conflict: { images, pairs, everySteps: 0 } };
    const sampler = new SubnetSampler(space, settings, new Random(seed));
    sampler.restore((checkpoint.state as { trainer: { sampler: unknown } }).trainer.sampler);
    const weights = Weights.fromTensors(space.lower(space.largest, { classes: data.classes.length, supernet: true }), checkpoint.tensors);
    const conflict = new SupernetConflict({ engine, space, data, normalisation, augmentation, seed, sampler, weights, settings, sizes });
    return { step: checkpoint.step, images, ...conflict.measure() };
  } finally {
    data.close();
  }
}
