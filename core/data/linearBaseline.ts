import { throwIfAborted, yieldToEvents } from './concurrent.ts';
import { imageBytes, type ImageSet, type ImageSplit } from './imageSet.ts';
import { permutation } from './order.ts';
import { type LabelledRows, SoftmaxRegression } from './softmaxRegression.ts';

export interface LinearBaselineOptions {
  readonly seed: number | string;
  /** Upper bound on the images of each part that are used. Default 10,000. */
  readonly maxImages?: number;
  readonly signal?: AbortSignal;
}

/** What a classifier without any hidden layer reaches. */
export interface LinearBaseline {
  /** Fractions of the images that are classified correctly. */
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
/** On pixels of unit variance. Of powers of ten and their thirds, the best for natural images of 32 pixels. */
const l2 = 0.3;
const maxEpochs = 8;
/** Multiply-accumulates that training may take: some seconds. */
const macsBudget = 10e9;
const stepsBetweenEvents = 10;

/**
 * Multinomial logistic regression on the pixels themselves: the accuracy that a network has to beat. Minibatch gradient
 * descent with a linearly falling rate; deterministic for a seed. Images are averaged down to about 32 pixels a side (16
 * beyond 20 classes), and the passes over the data are limited so that it takes seconds.
 * @throws CancelledError
 */
export async function linearBaseline(set: ImageSet, options: LinearBaselineOptions): Promise<LinearBaseline> {
  const { seed, maxImages = 10_000, signal } = options;
  const classes = set.classes.length;
  const pooling = Math.max(1, Math.round(set.imageSize / (classes <= 20 ? 32 : 16)));
  const train = pooledPixels(set.train, maxImages, `${seed}/linear/train`, set.imageSize, pooling);
  const val = pooledPixels(set.val, maxImages, `${seed}/linear/val`, set.imageSize, pooling);
  standardise(train, val);

  const model = new SoftmaxRegression(train.features, classes);
  const macsPerEpoch = 2 * train.count * train.features * classes;
  const epochs = Math.max(1, Math.min(maxEpochs, Math.floor(macsBudget / macsPerEpoch)));
  const stepsPerEpoch = Math.ceil(train.count / batchSize);
  const steps = epochs * stepsPerEpoch;
  for (let step = 0; step < steps; step++) {
    const place = permutation(`${seed}/linear/${Math.floor(step / stepsPerEpoch)}`, train.count);
    const start = (step % stepsPerEpoch) * batchSize;
    const batch = Array.from({ length: Math.min(batchSize, train.count - start) }, (_, i) => place(start + i));
    model.descend(train, batch, learningRate * (1 - step / steps), l2);
    if (step % stepsBetweenEvents === 0) await yieldToEvents();
    throwIfAborted(signal);
  }
  return {
    valAccuracy: model.accuracy(val),
    trainAccuracy: model.accuracy(train),
    trainImages: train.count,
    valImages: val.count,
    sidePixels: Math.floor(set.imageSize / pooling),
    epochs,
  };
}

/** At most `maxImages` seeded images of a split, averaged over squares of `pooling` pixels; a rest at the edge is left out. */
function pooledPixels(split: ImageSplit, maxImages: number, seed: string, size: number, pooling: number): LabelledRows {
  const count = Math.min(maxImages, split.count);
  const side = Math.floor(size / pooling);
  const features = 3 * side * side;
  const values = new Float32Array(count * features);
  const labels = new Int32Array(count);
  const image = new Uint8Array(imageBytes(size));
  const place = permutation(seed, split.count);
  for (let i = 0; i < count; i++) {
    const index = place(i);
    split.read(index, image);
    labels[i] = split.labels[index];
    pool(image, size, pooling, values.subarray(i * features, (i + 1) * features));
  }
  return { values, labels, count, features };
}

function pool(image: Uint8Array, size: number, pooling: number, target: Float32Array): void {
  const side = Math.floor(size / pooling);
  const used = side * pooling;
  for (let channel = 0; channel < 3; channel++) {
    for (let y = 0; y < used; y++) {
      const row = (channel * size + y) * size;
      const pooledRow = (channel * side + Math.floor(y / pooling)) * side;
      for (let x = 0; x < used; x++) target[pooledRow + Math.floor(x / pooling)] += image[row + x];
    }
  }
}

/** Takes every feature's training mean away and brings the training variance over all features to 1, in place. */
function standardise(train: LabelledRows, val: LabelledRows): void {
  const { features, count, values } = train;
  const means = new Float64Array(features);
  for (let i = 0; i < values.length; i++) means[i % features] += values[i] / count;
  let variance = 0;
  for (let i = 0; i < values.length; i++) variance += (values[i] - means[i % features]) ** 2 / values.length;
  const scale = variance > 0 ? 1 / Math.sqrt(variance) : 1;
  for (const rows of [train, val]) {
    for (let i = 0; i < rows.values.length; i++) rows.values[i] = (rows.values[i] - means[i % features]) * scale;
  }
}
