import type { Augmentation } from '../../../data/augment.ts';
import type { ImageSet } from '../../../data/imageSet.ts';
import type { Normalisation } from '../../../data/normalisation.ts';
import type { EngineInfo } from '../../../engine/engine.ts';
import type { Weights } from '../../../model/weights.ts';
import { evaluationImages } from '../../../training/supernet/evaluationImages.ts';
import type { ScoringPlan } from '../../scoring/plan.ts';
import { hashOf } from '../blobs/blobStore.ts';
import { packEvaluationImages, packScoringImages, packWeights } from './packing.ts';
import type { EvaluateWork, ScoreWork, Work } from './work.ts';

/** Work with the bytes that it names. */
export interface DescribedWork<W extends Work = Work> {
  readonly work: W;
  readonly blobs: readonly Uint8Array[];
}

/** @param engine that runs networks, where one is needed; with one thread, as local threads have it */
export function describeScoring(plan: ScoringPlan, engine: Pick<EngineInfo, 'id'> | undefined): DescribedWork<ScoreWork> {
  const { images, ...rest } = plan;
  const bytes = images && packScoringImages(images);
  return {
    blobs: bytes ? [bytes] : [],
    work: {
      kind: 'score', plan: { ...rest, proxies: [...rest.proxies], seeds: [...rest.seeds] },
      ...(images && bytes && { images: { blob: hashOf(bytes), count: images.labels.length, size: images.size, classes: images.classes } }),
      ...(engine && { engine: { id: engine.id, threads: 1 } }),
    },
  };
}

export interface EvaluationSettings {
  readonly space: string;
  /** The supernet's. */
  readonly weights: Weights;
  readonly data: ImageSet;
  readonly normalisation: Normalisation;
  readonly augmentation: Augmentation;
  readonly seed: number;
  readonly batchSize: number;
  readonly calibrationBatches: number;
  /** Validation images that are looked at, at most. */
  readonly images: number;
  readonly engine: Pick<EngineInfo, 'id' | 'threads'>;
}

/** Evaluation as a `SubnetEvaluator` with these settings does it. Of the data only those images travel that are looked at, with 8 bits. */
export function describeEvaluation(
  { space, weights, data, normalisation: { mean, std }, augmentation, seed, batchSize, calibrationBatches, images, engine: { id, threads } }: EvaluationSettings,
): DescribedWork<EvaluateWork> {
  // Networks without batch norms are calibrated with none.
  const batches = weights.statistics.length > 0 ? calibrationBatches : 0;
  const validation = Math.min(images, data.val.count);
  const pixels = packEvaluationImages(evaluationImages(data, { seed, batchSize, calibrationBatches: batches }), validation);
  const numbers = packWeights(weights);
  return {
    blobs: [numbers, pixels],
    work: {
      kind: 'evaluate', space, classes: weights.network.classes, weights: hashOf(numbers), images: { blob: hashOf(pixels), imageSize: data.imageSize, validation },
      seed, batchSize, calibrationBatches: batches, normalisation: { mean: [...mean], std: [...std] }, augmentation, engine: { id, threads },
    },
  };
}
