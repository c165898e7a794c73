import { createHash } from 'node:crypto';
import { Random } from '../base/random.ts';
import { throwIfAborted, yieldToEvents } from './concurrent.ts';
import { imageBytes, type ImageSet, type ImageSplit, type LoadHooks, splitInMemory } from './imageSet.ts';
import { Canvas, paintScene, shapes, textures } from './syntheticScene.ts';

/** Raised whenever the same parameters would give other images. */
const version = 1;
const imagesBetweenEvents = 256;

/** Class c shows shape c mod 5 in texture floor(c / 5). */
export const syntheticClasses: readonly string[] = textures.flatMap((texture) => (
  shapes.map((shape) => `${texture}-${shape}`)));

export interface SyntheticOptions extends LoadHooks {
  readonly imageSize: number;
  readonly trainImages: number;
  readonly valImages: number;
  /** From 0 (easy) to 1 (hard). */
  readonly difficulty: number;
  readonly seed: number | string;
}

/**
 * The built-in image set: 10 classes, five shapes times two textures (see paintScene). Image i of a part depends on
 * seed, part, i, size and difficulty alone, not on how many there are; its class is i mod 10.
 * @throws CancelledError
 */
export async function syntheticSet(options: SyntheticOptions): Promise<ImageSet> {
  const { imageSize, trainImages, valImages, difficulty, seed, onProgress, signal } = options;
  const total = trainImages + valImages;
  let done = 0;
  async function paint(part: 'train' | 'val', count: number): Promise<ImageSplit> {
    const canvas = new Canvas(imageSize);
    const bytes = imageBytes(imageSize);
    const pixels = new Uint8Array(count * bytes);
    const labels = Int32Array.from({ length: count }, (_, i) => i % syntheticClasses.length);
    for (let i = 0; i < count; i++) {
      paintSynthetic(canvas, { seed, part, index: i, difficulty }, pixels, i * bytes);
      done++;
      if (done % imagesBetweenEvents === 0 || done === total) {
        onProgress?.({ done, total });
        await yieldToEvents();
        throwIfAborted(signal);
      }
    }
    return splitInMemory(pixels, labels, imageSize);
  }
  throwIfAborted(signal);
  const train = await paint('train', trainImages);
  const val = await paint('val', valImages);
  const identity = JSON.stringify({ version, imageSize, trainImages, valImages, difficulty, seed: String(seed) });
  return {
    id: createHash('sha256').update(`synthetic ${identity}`).digest('hex'),
    classes: syntheticClasses,
    imageSize,
    train,
    val,
    skipped: [],
    close: () => undefined,
  };
}

export interface SyntheticImage {
  readonly seed: number | string;
  readonly part: 'train' | 'val';
  readonly index: number;
  readonly difficulty: number;
}

/** Paints one image of the set. @param target receives [3, S, S] from `offset` on. */
export function paintSynthetic(
  canvas: Canvas, { seed, part, index, difficulty }: SyntheticImage, target: Uint8Array, offset: number,
): void {
  const label = index % syntheticClasses.length;
  const kind = { shape: shapes[label % shapes.length], texture: textures[Math.floor(label / shapes.length)] };
  paintScene(canvas, kind, difficulty, new Random(`synthetic/${seed}/${part}/${index}`), target, offset);
}
