import { CancelledError } from '../../base/errors.ts';
import { readBatch } from '../../data/batch.ts';
import { changesImages } from '../../data/augment.ts';
import type { ImageSplit } from '../../data/imageSet.ts';
import { indexRange } from '../../data/order.ts';
import { resizeBatch } from '../../data/resize.ts';
import type { ChainInput } from '../../engine/engine.ts';
import { features, featureShape } from '../../model/parts.ts';
import type { Weights } from '../../model/weights.ts';
import { safePoint } from '../run/hooks.ts';
import type { TrainingMaterial } from './trainingContext.ts';

/** Features of the images as they are. */
export interface SplitFeatures {
  readonly val: FrozenFeatures;
  /** Undefined where training images are never twice the same. */
  readonly train?: FrozenFeatures;
}

/** Of the memory that a training may take, by default 4 GiB, features take a quarter at most. */
const memoryShare = 0.25;
const defaultMemoryGiB = 4;

/**
 * What a training's frozen blocks make of its images, where that is worth keeping: it is computed once and not at every step.
 * @param weights of the whole network; the frozen blocks' do not change
 * @param counts of all images, where the context has but some of them
 * @returns undefined when nothing is frozen, when the network changes in the course of the training, or when there is no memory for it
 * @throws CancelledError
 */
export async function splitFeatures(context: TrainingMaterial, weights: Weights, counts = countsOf(context)): Promise<SplitFeatures | undefined> {
  const { data: { train, val }, plan, frozenBlocks, settings: { compute: { memoryGiB = defaultMemoryGiB } } } = context;
  if (frozenBlocks === 0 || plan.phases.length > 1) return undefined;
  const splits = seesImagesAsTheyAre(context) ? { val, train } : { val };
  const bytesPerImage = 4 * featureShape(weights, frozenBlocks, 1).reduce((product, dim) => product * dim, 1);
  const kept = counts.val + (splits.train ? counts.train : 0);
  if (kept * bytesPerImage > memoryShare * memoryGiB * 2 ** 30) return undefined;
  const images = Object.values(splits).reduce((sum, { count }) => sum + count, 0);
  let done = 0;
  const tell = (count: number) => context.hooks.onProgress?.({ phase: 'data', done: done += count, total: images, unit: 'features' });
  return {
    val: await FrozenFeatures.compute(context, weights, val, tell),
    ...(splits.train ? { train: await FrozenFeatures.compute(context, weights, train, tell) } : {}),
  };
}

const countsOf = ({ data: { train, val } }: TrainingMaterial) => ({ train: train.count, val: val.count });

/** Whether every training image looks the same whenever it is seen, and nobody asks for its pixels. */
function seesImagesAsTheyAre({ augmentation, settings: { training: { mix, distillation } } }: TrainingMaterial): boolean {
  return !changesImages(augmentation) && mix.mixup === 0 && mix.cutmix === 0 && distillation.teachers.length === 0;
}

/** What frozen blocks make of a split's images. */
export class FrozenFeatures {
  readonly #shape: readonly number[];
  readonly #rows: Float32Array;

  private constructor(shape: readonly number[], count: number) {
    this.#shape = shape;
    this.#rows = new Float32Array(count * this.#rowLength);
  }

  /** Always in the same batches, so that a training that goes on has the same numbers. @throws CancelledError */
  static async compute(
    { engine, data: { imageSize }, normalisation, frozenBlocks, hooks, settings: { training: { batchSize } } }: TrainingMaterial,
    weights: Weights, split: ImageSplit, onImages: (count: number) => void,
  ): Promise<FrozenFeatures> {
    const { resolution } = weights.network;
    const [, ...shape] = featureShape(weights, frozenBlocks, 1);
    const table = new FrozenFeatures(shape, split.count);
    for (let start = 0; start < split.count; start += batchSize) {
      const indices = indexRange(start, batchSize, split.count);
      const { length: count } = indices;
      const pixels = resizeBatch(readBatch(split, indices, { imageSize, normalisation }).images, count, imageSize, resolution);
      table.#rows.set(features(engine, weights, frozenBlocks, { count, size: resolution, pixels }).data, start * table.#rowLength);
      onImages(count);
      await safePoint(hooks);
      if (hooks.signal?.aborted) throw new CancelledError();
    }
    return table;
  }

  /** Of some images, [indices, ...]. */
  of(indices: ArrayLike<number>): ChainInput {
    const length = this.#rowLength;
    const data = new Float32Array(indices.length * length);
    for (let i = 0; i < indices.length; i++) data.set(this.#rows.subarray(indices[i] * length, (indices[i] + 1) * length), i * length);
    return { shape: [indices.length, ...this.#shape], data };
  }

  get #rowLength(): number {
    return this.#shape.reduce((product, dim) => product * dim, 1);
  }
}
