import { CancelledError } from '../../base/errors.ts';
import { indexRange } from '../../data/order.ts';
import { logits } from '../../model/inference.ts';
import { weightsAfter } from '../../model/parts.ts';
import type { Weights } from '../../model/weights.ts';
import { validationBatches } from '../../training/classification/imageBatches.ts';
import type { ClassificationTally } from '../../training/classification/tally.ts';
import { SubnetEvaluator } from '../../training/supernet/evaluator.ts';
import { safePoint } from '../run/hooks.ts';
import type { FrozenFeatures } from './frozenFeatures.ts';
import type { TrainingMaterial } from './trainingContext.ts';

interface Answers {
  readonly answers: Float32Array;
  readonly labels: ArrayLike<number>;
  readonly indices: Int32Array;
}

/** Makes of a training's weights those that it is judged by: batch norms calibrated, those of frozen blocks as they are. */
export function evaluatorOf({ engine, data, normalisation, augmentation, frozenBlocks, settings: { seed, training: { batchSize, calibrationBatches } } }: TrainingMaterial, weights: Weights): SubnetEvaluator {
  return new SubnetEvaluator({
    engine, weights, data, normalisation, augmentation, batchSize, seed, frozenBlocks, calibrationBatches: weights.statistics.length > 0 ? calibrationBatches : 0,
  });
}

/**
 * Tells a tally of all validation images.
 * @param features what the frozen blocks make of them, where that is known
 * @throws CancelledError
 */
export async function judge(context: TrainingMaterial, weights: Weights, tally: ClassificationTally, features?: FrozenFeatures): Promise<void> {
  const { hooks } = context;
  for (const { answers, labels, indices } of features ? toFeatures(context, weights, features) : toImages(context, weights)) {
    tally.add(answers, labels, indices);
    await safePoint(hooks);
    if (hooks.signal?.aborted) throw new CancelledError();
  }
}

function* toImages({ engine, data, normalisation, settings: { training: { batchSize } } }: TrainingMaterial, weights: Weights): Generator<Answers> {
  const { resolution } = weights.network;
  for (const { images, labels, indices } of validationBatches(data, { normalisation, resolution, batchSize })) {
    yield { answers: logits(engine, weights, images), labels, indices };
  }
}

function* toFeatures({ engine, data: { val }, frozenBlocks, settings: { training: { batchSize } } }: TrainingMaterial, weights: Weights, features: FrozenFeatures): Generator<Answers> {
  const trained = weightsAfter(weights, frozenBlocks);
  for (let start = 0; start < val.count; start += batchSize) {
    const indices = indexRange(start, batchSize, val.count);
    yield { answers: logits(engine, trained, features.of(indices)), labels: Array.from(indices, (index) => val.labels[index]), indices };
  }
}
