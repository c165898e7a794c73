import { resizeBatch } from '../../data/resize.ts';
import { smoothedLabels } from '../loss.ts';

/** A batch at the data's resolution. */
export interface TrainingBatch {
  /** [count, 3, imageSize, imageSize], normalised. */
  readonly images: Float32Array;
  /** The class of each image, or of most of it, [count]. */
  readonly labels: Int32Array;
  readonly imageSize: number;
  /** What the sampled subnets learn, [count, classes]; by default the smoothed labels. */
  readonly targets?: Float32Array;
  /** The classes' shares of each image where images were mixed, [count, classes]; by default the labels. */
  readonly labelShares?: Float32Array;
}

/** The part of a batch that is computed at once. */
export class MicroBatch {
  readonly count: number;
  /** Of the whole batch. */
  readonly share: number;
  readonly labels: Int32Array;
  readonly targets: Float32Array;
  readonly labelShares: Float32Array;
  readonly #images: Float32Array;
  readonly #imageSize: number;
  readonly #pixels = new Map<number, Float32Array>();

  constructor({ images, labels, imageSize, targets, labelShares }: TrainingBatch, first: number, count: number, defaults: { classes: number; labelSmoothing: number }) {
    const { classes, labelSmoothing } = defaults;
    const rows = (values: Float32Array, length: number) => values.subarray(first * length, (first + count) * length);
    this.count = count;
    this.share = count / labels.length;
    this.labels = labels.subarray(first, first + count);
    this.targets = targets ? rows(targets, classes) : smoothedLabels(this.labels, classes, labelSmoothing);
    this.labelShares = labelShares ? rows(labelShares, classes) : smoothedLabels(this.labels, classes, 0);
    this.#images = rows(images, 3 * imageSize * imageSize);
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
export function microBatches(batch: TrainingBatch, size: number, defaults: { classes: number; labelSmoothing: number }): MicroBatch[] {
  const { length } = batch.labels;
  const pieces = Math.ceil(length / Math.min(size, length));
  const edge = (i: number) => Math.floor(i * length / pieces);
  return Array.from({ length: pieces }, (_, i) => new MicroBatch(batch, edge(i), edge(i + 1) - edge(i), defaults));
}
