import { resizeBatch } from '../../data/resize.ts';
import type { ChainInput } from '../../engine/engine.ts';
import { smoothedLabels } from '../loss.ts';

/** A batch at the data's resolution. */
export interface TrainingBatch extends BatchAnswers {
  /** [count, 3, imageSize, imageSize], normalised. */
  readonly images: Float32Array;
  readonly imageSize: number;
}

/** A batch of what a network's frozen blocks made of images. */
export interface FeatureBatch extends BatchAnswers {
  /** [count, ...], as the first block that is trained reads them. */
  readonly features: ChainInput;
}

/** What is to be learnt of a batch. */
export interface BatchAnswers {
  /** The class of each image, or of most of it, [count]. */
  readonly labels: Int32Array;
  /** What the sampled subnets learn, [count, classes]; by default the smoothed labels. */
  readonly targets?: Float32Array;
  /** The classes' shares of each image where images were mixed, [count, classes]; by default the labels. */
  readonly labelShares?: Float32Array;
}

interface PartDefaults {
  readonly classes: number;
  readonly labelSmoothing: number;
}

/** What is to be learnt of the part of a batch that is computed at once. */
export class BatchPart {
  readonly count: number;
  /** Of the whole batch. */
  readonly share: number;
  readonly labels: Int32Array;
  readonly targets: Float32Array;
  readonly labelShares: Float32Array;
  readonly #first: number;

  constructor({ labels, targets, labelShares }: BatchAnswers, first: number, count: number, { classes, labelSmoothing }: PartDefaults) {
    this.count = count;
    this.share = count / labels.length;
    this.#first = first;
    this.labels = labels.subarray(first, first + count);
    this.targets = targets ? this.rowsOf(targets, classes) : smoothedLabels(this.labels, classes, labelSmoothing);
    this.labelShares = labelShares ? this.rowsOf(labelShares, classes) : smoothedLabels(this.labels, classes, 0);
  }

  /** Its rows of what the whole batch has, a view. */
  rowsOf(values: Float32Array, rowLength: number): Float32Array {
    return values.subarray(this.#first * rowLength, (this.#first + this.count) * rowLength);
  }
}

/** The same with its images. */
export class MicroBatch extends BatchPart {
  readonly #images: Float32Array;
  readonly #imageSize: number;
  readonly #pixels = new Map<number, Float32Array>();

  constructor(batch: TrainingBatch, first: number, count: number, defaults: PartDefaults) {
    super(batch, first, count, defaults);
    const { images, imageSize } = batch;
    this.#images = this.rowsOf(images, 3 * imageSize * imageSize);
    this.#imageSize = imageSize;
  }

  /** [count, 3, resolution, resolution]; made once for each resolution. */
  at(resolution: number): Float32Array {
    let pixels = this.#pixels.get(resolution);
    if (!pixels) {
      pixels = resizeBatch(this.#images, this.count, this.#imageSize, resolution);
      this.#pixels.set(resolution, pixels);
    }
    return pixels;
  }
}

/** A batch in pieces of at most `size` images, as equal as they can be: batch norms see one piece at a time. */
export function microBatches(batch: TrainingBatch, size: number, defaults: PartDefaults): MicroBatch[] {
  return pieces(batch, size).map(({ first, count }) => new MicroBatch(batch, first, count, defaults));
}

/** The same of a batch without images. */
export function batchParts(batch: BatchAnswers, size: number, defaults: PartDefaults): BatchPart[] {
  return pieces(batch, size).map(({ first, count }) => new BatchPart(batch, first, count, defaults));
}

function pieces({ labels: { length } }: BatchAnswers, size: number): { first: number; count: number }[] {
  const parts = Math.ceil(length / Math.min(size, length));
  const edge = (i: number) => Math.floor(i * length / parts);
  return Array.from({ length: parts }, (_, i) => ({ first: edge(i), count: edge(i + 1) - edge(i) }));
}
