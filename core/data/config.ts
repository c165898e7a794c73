import { resolve } from 'node:path';
import { z } from 'zod';
import type { Augmentation } from './augment.ts';
import { loadImageFolder } from './folder.ts';
import type { ImageSet, LoadHooks } from './imageSet.ts';
import { syntheticSet } from './synthetic.ts';

const imageSize = z.int().min(8).max(1024).describe('side of the square images in pixels');
const view = {
  flip: z.boolean().default(true).describe('mirror half of the training images left to right'),
  crop: z.enum(['padded', 'resized', 'none']).optional()
    .describe('random crop of training images; by default padded up to 64 pixels, resized above'),
};

const syntheticSchema = z.strictObject({
  kind: z.literal('synthetic').describe('images that Pocketformer paints itself: ten classes, nothing to download'),
  imageSize: imageSize.max(256).default(32).describe('side of the square images in pixels'),
  trainImages: z.int().min(10).max(1_000_000).default(8_000).describe('images to train on'),
  valImages: z.int().min(10).max(1_000_000).default(2_000).describe('images to validate with'),
  difficulty: z.number().min(0).max(1).default(0.5).describe('0 (easy) to 1 (hard)'),
  seed: z.int().optional().describe("of the images; by default the study's"),
  ...view,
});

const folderSchema = z.strictObject({
  kind: z.literal('folder').describe('a folder with a folder of images for each class'),
  path: z.string().min(1).describe('holds train/<class>/* and val/<class>/*, or <class>/* alone'),
  imageSize,
  valFraction: z.number().gt(0).lte(0.5).default(0.1).describe('part of each class that validates, without val/'),
  ...view,
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

/** The weak augmentation of a study's training images: crops move by up to an eighth, or keep at least half the area. */
export function augmentationOf({ flip, crop, imageSize }: DataConfig): Augmentation {
  switch (crop ?? (imageSize <= 64 ? 'padded' : 'resized')) {
    case 'padded':
      return { flip, crop: { kind: 'padded', paddingPixels: Math.round(imageSize / 8) } };
    case 'resized':
      return { flip, crop: { kind: 'resized', minArea: 0.5 } };
    case 'none':
      return { flip, crop: { kind: 'none' } };
  }
}
