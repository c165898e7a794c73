import { createHash } from 'node:crypto';
import { realpath } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { EnvironmentError, InputError } from '../base/errors.ts';
import { forEachConcurrent, throwIfAborted } from './concurrent.ts';
import { decodeImage, decoderVersion, prepareDecoder } from './decode.ts';
import { type FolderScan, type ImageFile, scanImageFolder } from './folderScan.ts';
import { divide, firstReason } from './folderSplit.ts';
import { type ImageSet, type ImageSplit, type LoadHooks } from './imageSet.ts';
import { openPixelCache, PixelCacheWriter, type PixelStore } from './pixelCache.ts';

/** Raised whenever the same files would give other pixels or another order. */
const loaderVersion = 1;
const defaultMemoryLimitBytes = 1 << 30;

export interface ImageFolderOptions extends LoadHooks {
  readonly path: string;
  /** Side of the square images, in pixels. */
  readonly imageSize: number;
  /** Part of each class that becomes validation data when the folder is undivided. */
  readonly valFraction: number;
  /** Of the automatic split. */
  readonly seed: number | string;
  /** Where decoded images are kept; created when missing. */
  readonly cacheDir: string;
  /** Decoded images above this stay on disk and are read image by image. Default 1 GiB. */
  readonly memoryLimitBytes?: number;
}

/**
 * Loads an image folder (layout: see scanImageFolder; decoding: see decodeImage). Files that cannot be used are listed
 * in `skipped`. Without a validation folder, each class gives round(valFraction * n) images, at least one, chosen by a
 * seeded hash of their paths, so that a file added later moves hardly any other.
 * @throws InputError as scanImageFolder, and `data-empty`, `data-class-empty`, `data-class-too-small`;
 * EnvironmentError `disk-full`, `data-cache`; CancelledError.
 */
export async function loadImageFolder(options: ImageFolderOptions): Promise<ImageSet> {
  const scan = await scanImageFolder(options.path, options.signal);
  throwIfAborted(options.signal);
  if (scan.files.length === 0) throw noImages(scan);
  const store = await decodedPixels(scan, options);
  try {
    return imageSet(scan, store, options);
  } catch (error) {
    store.close();
    throw error;
  }
}

function noImages(scan: FolderScan): InputError {
  return new InputError('data-empty', `No class folder in ${scan.root} holds a usable image${firstReason(scan.skipped)}. `
    + 'JPEG, PNG and WebP files directly inside the class folders are read.', { details: { skipped: scan.skipped } });
}

/** The decoded files, one slot each, from the cache when it holds exactly them. */
async function decodedPixels(scan: FolderScan, options: ImageFolderOptions): Promise<PixelStore> {
  const { imageSize, cacheDir, memoryLimitBytes = defaultMemoryLimitBytes, onProgress } = options;
  const key = cacheKey(await realpath(scan.root), scan.files, imageSize);
  const path = join(cacheDir, `images-${key.slice(0, 32)}.pixels`);
  const total = scan.files.length;
  const kept = openPixelCache(path, memoryLimitBytes);
  if (!('unusable' in kept)) {
    if (kept.description.key === key && kept.description.reusable) {
      onProgress?.({ done: total, total });
      return kept;
    }
    kept.close();
  }
  await writeCache(path, key, scan, options);
  const written = openPixelCache(path, memoryLimitBytes);
  if ('unusable' in written) {
    throw new EnvironmentError('data-cache',
      `The decoded images in ${path} cannot be read right after they were written: ${written.unusable}`);
  }
  return written;
}

function cacheKey(root: string, files: readonly ImageFile[], imageSize: number): string {
  const hash = createHash('sha256');
  hash.update(JSON.stringify({ loaderVersion, decoderVersion, root, imageSize }));
  for (const { path, sizeBytes, mtimeMs } of files) hash.update(`\n${JSON.stringify([path, sizeBytes, mtimeMs])}`);
  return hash.digest('hex');
}

async function writeCache(path: string, key: string, scan: FolderScan, options: ImageFolderOptions): Promise<void> {
  const { imageSize, onProgress, signal } = options;
  const slots = scan.files.length;
  const skipped: { slot: number; reason: string }[] = [];
  let reusable = true;
  let done = 0;
  prepareDecoder();
  const writer = await PixelCacheWriter.create(path, slots, imageSize);
  try {
    await forEachConcurrent(scan.files, availableParallelism() + 1, async (file, slot) => {
      const decoded = await decodeImage(join(scan.root, file.path), imageSize);
      if ('pixels' in decoded) {
        await writer.write(slot, decoded.pixels);
      } else {
        skipped.push({ slot, reason: decoded.skipped });
        if (decoded.transient) reusable = false;
      }
      onProgress?.({ done: ++done, total: slots });
    }, signal);
    skipped.sort((a, b) => a.slot - b.slot);
    await writer.finish({ key, imageSize, slots, skipped, reusable });
  } catch (error) {
    await writer.discard();
    throw error;
  }
}

function imageSet(scan: FolderScan, store: PixelStore, options: ImageFolderOptions): ImageSet {
  const unusable = new Map(store.description.skipped.map(({ slot, reason }) => [slot, reason]));
  const skipped = [...scan.skipped, ...store.description.skipped.map(({ slot, reason }) => (
    { path: scan.files[slot].path, reason }))];
  const usable = scan.files.map((_, slot) => slot).filter((slot) => !unusable.has(slot));
  if (usable.length === 0) throw noImages({ ...scan, skipped });
  const { train, val } = divide({ ...scan, skipped }, usable, options);
  return {
    id: contentId(scan, store, [train, val]),
    classes: scan.classes,
    imageSize: options.imageSize,
    train: splitOf(scan, store, train),
    val: splitOf(scan, store, val),
    skipped,
    close: () => store.close(),
  };
}

function splitOf(scan: FolderScan, store: PixelStore, slots: readonly number[]): ImageSplit {
  return {
    count: slots.length,
    labels: Int32Array.from(slots, (slot) => scan.files[slot].label),
    pathOf: (index) => scan.files[slots[index]].path,
    read(index, target, offset = 0) {
      if (index < 0 || index >= slots.length) throw new RangeError(`There is no image ${index} of ${slots.length}.`);
      store.read(slots[index], target, offset);
    },
  };
}

/** From the content alone, so that the same images in another place are the same set. */
function contentId(scan: FolderScan, store: PixelStore, parts: readonly (readonly number[])[]): string {
  const { imageSize } = store.description;
  const hash = createHash('sha256').update(JSON.stringify({ classes: scan.classes, imageSize }));
  for (const slots of parts) {
    hash.update(`/${slots.length}`);
    for (const slot of slots) hash.update(`,${scan.files[slot].label}:${store.checksums[slot]}`);
  }
  return hash.digest('hex');
}
