import { readBatch } from '../../data/batch.ts';
import type { Augmentation } from '../../data/augment.ts';
import type { ImageSet } from '../../data/imageSet.ts';
import type { Normalisation } from '../../data/normalisation.ts';
import { indexRange } from '../../data/order.ts';
import { resizeBatch } from '../../data/resize.ts';
import type { Engine } from '../../engine/engine.ts';
import { calibrateBatchNorm, logits, rightAnswers, type ImageBatch, type NetworkInput } from '../../model/inference.ts';
import { features, weightsAfter } from '../../model/parts.ts';
import { SubnetView } from '../../model/subnet.ts';
import type { Weights } from '../../model/weights.ts';
import type { Network } from '../../network/network.ts';
import { crossEntropy, smoothedLabels } from '../loss.ts';
import { evaluationImages, type EvaluationImages } from './evaluationImages.ts';

export interface EvaluatorOptions {
  readonly engine: Engine;
  /** The supernet's. */
  readonly weights: Weights;
  /** What images are chosen from, or those that were. */
  readonly data: ImageSet | EvaluationImages;
  readonly normalisation: Normalisation;
  /** As in training: batch norms must see what they will normalise. */
  readonly augmentation: Augmentation;
  readonly batchSize: number;
  readonly calibrationBatches: number;
  readonly seed: number;
  /** First blocks of a single network whose batch norms keep the statistics that they have. */
  readonly frozenBlocks?: number;
}

export interface Judgement {
  /** Fraction of the images that are classified correctly. */
  readonly accuracy: number;
  /** Mean cross-entropy in nats. */
  readonly loss: number;
  /** Images looked at. */
  readonly images: number;
}

/** Judges subnets by what they inherit: own batch norm statistics from training images, accuracy on validation images. */
export class SubnetEvaluator {
  readonly #options: EvaluatorOptions;
  readonly #images: EvaluationImages;
  readonly #calibration: Float32Array[];

  constructor(options: EvaluatorOptions) {
    const { data, normalisation, augmentation, batchSize, calibrationBatches, seed } = options;
    this.#options = options;
    const { imageSize, calibration } = this.#images = 'calibration' in data ? data : evaluationImages(data, options);
    this.#calibration = Array.from({ length: calibrationBatches }, (_, step) => {
      return readBatch(calibration, indexRange(step * batchSize, batchSize, calibration.count), {
        imageSize, normalisation, augmentation: { ...augmentation, seed: `${seed}/calibration`, step },
      }).images;
    });
  }

  /** The subnet with weights of its own, its batch norms calibrated at its resolution. */
  extract(network: Network): Weights {
    const weights = new SubnetView(this.#options.weights, network).extract();
    const { engine, frozenBlocks = 0 } = this.#options;
    calibrateBatchNorm(engine, weightsAfter(weights, frozenBlocks), this.#calibrationInputs(weights, frozenBlocks));
    return weights;
  }

  /** Fraction of `images` validation images (always the same ones; all when there are fewer) that are classified correctly. */
  accuracy(weights: Weights, images = Infinity): number {
    return this.judge(weights, images).accuracy;
  }

  /** Accuracy and mean cross-entropy on `images` validation images, chosen as for `accuracy`. */
  judge(weights: Weights, images = Infinity): Judgement {
    let loss = 0;
    const right = this.rightAnswers(weights, images, (answers, labels) => {
      const { classes } = weights.network;
      loss += crossEntropy(answers, smoothedLabels(labels, classes, 0), classes).loss * labels.length;
    });
    return { accuracy: right.reduce((sum, one) => sum + one, 0) / right.length, loss: loss / right.length, images: right.length };
  }

  /**
   * 1 for each image whose class is recognised, 0 for the others; images as for `accuracy`, always in the same random order.
   * @param onBatch told the logits [count, classes] of each batch
   */
  rightAnswers(weights: Weights, images = Infinity, onBatch?: (logits: Float32Array, labels: Int32Array) => void): Uint8Array {
    const { engine, normalisation, batchSize } = this.#options;
    const { validation, imageSize } = this.#images;
    const right = new Uint8Array(Math.min(images, validation.count));
    for (let start = 0; start < right.length; start += batchSize) {
      const batch = readBatch(validation, indexRange(start, batchSize, right.length), { imageSize, normalisation });
      const answers = logits(engine, weights, this.#resized(batch.images, batch.labels.length, weights.network));
      right.set(rightAnswers(answers, batch.labels), start);
      onBatch?.(answers, batch.labels);
    }
    return right;
  }

  *#calibrationInputs(weights: Weights, frozenBlocks: number): Generator<NetworkInput> {
    const { engine, batchSize } = this.#options;
    for (const images of this.#calibration) {
      const resized = this.#resized(images, batchSize, weights.network);
      yield frozenBlocks === 0 ? resized : features(engine, weights, frozenBlocks, resized);
    }
  }

  #resized(images: Float32Array, count: number, network: Network): ImageBatch {
    const pixels = resizeBatch(images, count, this.#images.imageSize, network.resolution);
    return { count, size: network.resolution, pixels };
  }
}
