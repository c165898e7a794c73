/** Images of one part (training or validation), as 8-bit RGB, in a fixed order. */
export interface ImageSplit {
  readonly count: number;
  /** Class index of every image, [count]. */
  readonly labels: Int32Array;
  /** Where image `index` comes from, relative to the folder that was loaded; undefined for images that are no files. */
  pathOf?(index: number): string;
  /** Copies image `index` to `target` from `offset` on: [3, S, S], channel first. */
  read(index: number, target: Uint8Array, offset?: number): void;
}

export interface SkippedImage {
  /** Relative to the folder that was loaded, with forward slashes. */
  readonly path: string;
  readonly reason: string;
}

/** Labelled square images in two parts, ready for batching. */
export interface ImageSet {
  /** Equal ids mean equal classes, pixels, labels and split: a study checks it before it resumes. */
  readonly id: string;
  readonly classes: readonly string[];
  /** Side S of every image, in pixels. */
  readonly imageSize: number;
  readonly train: ImageSplit;
  readonly val: ImageSplit;
  /** Files that look like images and could not be used. */
  readonly skipped: readonly SkippedImage[];
  /** Lets go of open files; the set cannot be read afterwards. */
  close(): void;
}

export interface LoadProgress {
  /** Images dealt with, out of `total`. */
  readonly done: number;
  readonly total: number;
}

/** What loading reports and obeys. An aborted signal ends it with a CancelledError. */
export interface LoadHooks {
  readonly onProgress?: (progress: LoadProgress) => void;
  readonly signal?: AbortSignal;
}

/** Bytes of one 8-bit RGB image with side `imageSize`. */
export function imageBytes(imageSize: number): number {
  return 3 * imageSize * imageSize;
}

/** A split whose images lie one after the other in memory: `pixels` is [labels.length, 3, S, S]. */
export function splitInMemory(pixels: Uint8Array, labels: Int32Array, imageSize: number): ImageSplit {
  const bytes = imageBytes(imageSize);
  if (pixels.length !== labels.length * bytes) {
    throw new RangeError(`Expected ${labels.length} images of ${bytes} bytes, got ${pixels.length} bytes.`);
  }
  return {
    count: labels.length,
    labels,
    read(index, target, offset = 0) {
      if (index < 0 || index >= labels.length) throw new RangeError(`There is no image ${index} of ${labels.length}.`);
      target.set(pixels.subarray(index * bytes, (index + 1) * bytes), offset);
    },
  };
}
