import { resolve } from 'node:path';
import { z } from 'zod';
import type { Augmentation } from './augment.ts';
import { loadImageFolder } from './folder.ts';
import type { ImageSet, LoadHooks } from './imageSet.ts';
import { syntheticSet } from './synthetic.ts';

const imageSize = z.int().min(8).max(1024).describe('side of the square images in pixels');
/** `augment.ts` says what the parts do. */
const randAugmentSchema = z.strictObject({
  operations: z.int().min(0).max(15).default(0).describe('drawn for each training image, each carried out half of the time; 0 for none'),
  magnitude: z.number().min(0).max(10).default(1).describe('mean strength of an operation, 0 to 10; the ElasticViT recipe has 1'),
  deviation: z.number().min(0).max(10).default(0.5).describe('standard deviation of the strength between images'),
});
const augmentation = {
  flip: z.boolean().default(true).describe('mirror half of the training images left to right'),
  crop: z.enum(['padded', 'resized', 'none']).optional()
    .describe('random crop of training images; by default padded up to 64 pixels, resized above'),
  randAugment: randAugmentSchema.prefault({})
    .describe('random colour and shape changes of training images; the ElasticViT recipe has one operation'),
  colourJitter: z.number().min(0).max(1).default(0)
    .describe('largest change of brightness, contrast and saturation; on top of RandAugment, where timm would leave it out'),
  randomErasing: z.number().min(0).max(1).default(0)
    .describe('probability that a box of a training image becomes noise; the ElasticViT recipe has 0.01'),
};

const syntheticSchema = z.strictObject({
  kind: z.literal('synthetic').describe('images that Pocketformer paints itself: ten classes, nothing to download'),
  imageSize: imageSize.max(256).default(32).describe('side of the square images in pixels'),
  trainImages: z.int().min(10).max(1_000_000).default(8_000).describe('images to train on'),
  valImages: z.int().min(10).max(1_000_000).default(2_000).describe('images to validate with'),
  difficulty: z.number().min(0).max(1).default(0.5).describe('0 (easy) to 1 (hard)'),
  seed: z.int().optional().describe("of the images; by default the study's"),
  ...augmentation,
});

const folderSchema = z.strictObject({
  kind: z.literal('folder').describe('a folder with a folder of images for each class'),
  path: z.string().min(1).describe('holds train/<class>/* and val/<class>/*, or <class>/* alone'),
  imageSize,
  valFraction: z.number().gt(0).lte(0.5).default(0.1).describe('part of each class that validates, without val/'),
  ...augmentation,
});

/** The `data:` part of a study file. */
export const dataSchema = z.discriminatedUnion('kind', [syntheticSchema, folderSchema]);
export type DataConfig = z.output<typeof dataSchema>;

export interface LoadDataOptions extends LoadHooks {
  /** The study file's folder: relative paths start here. */
  readonly baseDir: string;
  /** For decoded images; created when needed. */
  readonly cacheDir: string;
  /** The study's. */
  readonly seed: number | string;
}

/**
 * The images that a study file asks for.
 * @throws InputError, EnvironmentError and CancelledError as loadImageFolder and syntheticSet do.
 */
export function loadData(config: DataConfig, options: LoadDataOptions): Promise<ImageSet> {
  const { baseDir, cacheDir, seed, onProgress, signal } = options;
  const hooks = { onProgress, signal };
  switch (config.kind) {
    case 'synthetic': {
      const { imageSize, trainImages, valImages, difficulty } = config;
      return syntheticSet({ imageSize, trainImages, valImages, difficulty, seed: config.seed ?? seed, ...hooks });
    }
    case 'folder': {
      const { imageSize, valFraction } = config;
      return loadImageFolder({ path: resolve(baseDir, config.path), imageSize, valFraction, seed, cacheDir, ...hooks });
    }
  }
}

/**
 * The augmentation of a study's training images: crops move by up to an eighth, or keep at least half the area. What is
 * off is not named.
 */
export function augmentationOf({ flip, crop, imageSize, randAugment, colourJitter, randomErasing }: DataConfig): Augmentation {
  return {
    flip,
    crop: cropOf(crop, imageSize),
    ...(randAugment.operations > 0 ? { randAugment } : {}),
    ...(colourJitter > 0 ? { colourJitter } : {}),
    ...(randomErasing > 0 ? { randomErasing } : {}),
  };
}

function cropOf(crop: DataConfig['crop'], imageSize: number): Augmentation['crop'] {
  switch (crop ?? (imageSize <= 64 ? 'padded' : 'resized')) {
    case 'padded':
      return { kind: 'padded', paddingPixels: Math.round(imageSize / 8) };
    case 'resized':
      return { kind: 'resized', minArea: 0.5 };
    case 'none':
      return { kind: 'none' };
  }
}
