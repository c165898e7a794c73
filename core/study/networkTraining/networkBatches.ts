import { batchIndices } from '../../data/order.ts';
import type { FeatureBatch, TrainingBatch } from '../../training/supernet/microBatches.ts';
import { TrainingBatches, type BatchesContext, type StudyBatch } from '../run/trainingBatches.ts';
import type { FrozenFeatures } from './frozenFeatures.ts';
import type { TrainingMaterial } from './trainingContext.ts';

/** A step's batch, of images or of features. */
export type NetworkBatch = (TrainingBatch | FeatureBatch) & Pick<StudyBatch, 'mixLambda'>;

/** The batches of a training, step by step. */
export interface NetworkBatches extends Pick<TrainingBatches, 'teacherAnswers' | 'close'> {
  at(step: number): Promise<NetworkBatch>;
}

/** @param features of the training images, where they are looked at instead. @throws as `TrainingBatches.open` */
export async function openBatches(context: TrainingMaterial & Pick<BatchesContext, 'study'>, features?: FrozenFeatures): Promise<NetworkBatches> {
  return features ? featureBatches(context, features) : await TrainingBatches.open(context);
}

/** The same images in the same order, by their features. */
function featureBatches({ data: { train }, settings: { seed, training: { batchSize } } }: TrainingMaterial, features: FrozenFeatures): NetworkBatches {
  return {
    at(step) {
      const indices = batchIndices(`${seed}/training`, step, batchSize, train.count);
      const labels = Int32Array.from(indices, (index) => train.labels[index]);
      return Promise.resolve({ features: features.of(indices), labels, mixLambda: 1 });
    },
    teacherAnswers: { asked: 0, cached: 0 },
    close: () => undefined,
  };
}
