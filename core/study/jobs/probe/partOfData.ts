import { join, resolve } from 'node:path';
import { InputError } from '../../../base/errors.ts';
import { loadData } from '../../../data/config.ts';
import type { DataConfig } from '../../../data/config.ts';
import { decodeImage, prepareDecoder } from '../../../data/decode.ts';
import { scanImageFolder } from '../../../data/folderScan.ts';
import { splitInMemory } from '../../../data/imageSet.ts';
import type { ImageSet } from '../../../data/imageSet.ts';

export interface PartOfData {
  readonly data: ImageSet;
  /** An estimate for all images. */
  readonly wholeSeconds: number;
  /** Of all images. */
  readonly valImages: number;
}

/** Enough for batches that are not all alike. */
const images = 256;

/**
 * A few of a study's images, of all classes, in memory. What they are does not matter for speed, so one file may serve
 * as a training and as a validation image.
 */
export async function loadPartOfData(
  config: DataConfig, { baseDir, seed, signal }: { baseDir: string; seed: number; signal: AbortSignal },
): Promise<PartOfData> {
  const startedMs = performance.now();
  const secondsFor = (part: number, whole: number) => (performance.now() - startedMs) / 1000 / part * whole;
  if (config.kind === 'synthetic') {
    const { trainImages, valImages } = config;
    const part = { ...config, trainImages: Math.min(images, trainImages), valImages: Math.min(images, valImages) };
    const data = await loadData(part, { baseDir, cacheDir: '', seed, signal });
    return { data, valImages, wholeSeconds: secondsFor(part.trainImages + part.valImages, trainImages + valImages) };
  }
  const scan = await scanImageFolder(resolve(baseDir, config.path), signal);
  const every = Math.max(1, Math.floor(scan.files.length / images));
  const chosen = scan.files.filter((_, i) => i % every === 0).slice(0, images);
  prepareDecoder();
  const decoded = await Promise.all(chosen.map(async ({ path, label }) => ({ label, ...await decodeImage(join(scan.root, path), config.imageSize) })));
  const usable = decoded.flatMap((each) => ('pixels' in each ? [each] : []));
  if (usable.length === 0) throw new InputError('data-empty', `${scan.root}: none of ${chosen.length} images that were tried can be read.`);
  const split = splitInMemory(Buffer.concat(usable.map(({ pixels }) => pixels)), Int32Array.from(usable, ({ label }) => label), config.imageSize);
  const validating = scan.files.filter(({ part }) => part === 'val').length;
  return {
    valImages: validating > 0 ? validating : Math.round(scan.files.length * config.valFraction),
    wholeSeconds: secondsFor(chosen.length, scan.files.length),
    data: {
      id: 'probe', classes: scan.classes, imageSize: config.imageSize, train: split, val: split, skipped: scan.skipped, close: () => undefined,
    },
  };
}
