import { Random } from '../base/random.ts';
import { throwIfAborted, yieldToEvents } from './concurrent.ts';
import { imageBytes, type ImageSet, type ImageSplit } from './image-set.ts';
import { permutation } from './order.ts';

export interface LinearBaselineOptions {
  readonly seed: number | string;
  /** Upper bound on the training images used. Default 10,000. */
  readonly maxTrainImages?: number;
  readonly signal?: AbortSignal;
}

/** What a classifier without any hidden layer reaches. */
export interface LinearBaseline {
  /** Fractions of the images classified correctly. */
  readonly valAccuracy: number;
  readonly trainAccuracy: number;
  readonly trainImages: number;
  readonly valImages: number;
  /** Side of the images it looked at: larger ones are averaged down. */
  readonly sidePixels: number;
  readonly epochs: number;
}

const batchSize = 50;
const learningRate = 0.01;
const l2 = 0.3;
/** Multiply-accumulates that training may take: some seconds in plain loops. */
const macsBudget = 12e9;
const maxEpochs = 12;

/**
 * Multinomial logistic regression on normalised pixels (softmax, cross-entropy, L2), trained by minibatch gradient
 * descent with a linearly falling rate: the number that a network has to beat on the same images. Deterministic for a
 * seed. Images are averaged down to at most 32 pixels a side, 16 beyond 20 classes, and the passes over the data are
 * limited so that it takes seconds.
 * @throws CancelledError
 */
export async function linearBaseline(set: ImageSet, options: LinearBaselineOptions): Promise<LinearBaseline> {
  const { seed, maxTrainImages = 10_000, signal } = options;
  const classes = set.classes.length;
  const side = Math.min(set.imageSize, classes <= 20 ? 32 : 16);
  const train = readPixels(set.train, choose(set.train.count, maxTrainImages, `${seed}/linear-images`), set.imageSize, side);
  const val = readPixels(set.val, choose(set.val.count, maxTrainImages, `${seed}/linear-val`), set.imageSize, side);
  const scaling = standardise(train);
  applyScaling(val, scaling);
  const macsPerEpoch = 2 * train.count * train.features * classes;
  const epochs = Math.max(1, Math.min(maxEpochs, Math.floor(macsBudget / macsPerEpoch)));
  const model = new SoftmaxRegression(train.features, classes);
  const steps = epochs * Math.ceil(train.count / batchSize);
  let step = 0;
  for (let epoch = 0; epoch < epochs; epoch++) {
    const place = permutation(`${seed}/linear/${epoch}`, train.count);
    for (let from = 0; from < train.count; from += batchSize) {
      const rows = Array.from({ length: Math.min(batchSize, train.count - from) }, (_, i) => place(from + i));
      model.descend(train, rows, learningRate * (1 - step++ / steps), l2);
      if (step % 20 === 0) await yieldToEvents();
      throwIfAborted(signal);
    }
  }
  return {
    valAccuracy: model.accuracy(val),
    trainAccuracy: model.accuracy(train),
    trainImages: train.count,
    valImages: val.count,
    sidePixels: side,
    epochs,
  };
}
