import { readBatch } from '../../data/batch.ts';
import type { ImageSet } from '../../data/imageSet.ts';
import type { Normalisation } from '../../data/normalisation.ts';
import { indexRange } from '../../data/order.ts';
import { resizeBatch } from '../../data/resize.ts';
import type { ImageBatch } from '../../model/inference.ts';

/** Images as a network takes them, with their labels and places in their split. */
export interface LabelledImages {
  readonly images: ImageBatch;
  readonly labels: Int32Array;
  readonly indices: Int32Array;
}

/** All validation images in their order, without augmentation, at a network's resolution. */
export function* validationBatches(
  { val, imageSize }: Pick<ImageSet, 'val' | 'imageSize'>, options: { readonly normalisation: Normalisation; readonly resolution: number; readonly batchSize: number },
): Generator<LabelledImages> {
  const { normalisation, resolution, batchSize } = options;
  for (let start = 0; start < val.count; start += batchSize) {
    const indices = indexRange(start, batchSize, val.count);
    const { images, labels } = readBatch(val, indices, { imageSize, normalisation });
    yield { images: { count: indices.length, size: resolution, pixels: resizeBatch(images, indices.length, imageSize, resolution) }, labels, indices };
  }
}
