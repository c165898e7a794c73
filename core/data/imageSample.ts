import { stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { InputError } from '../base/errors.ts';
import type { Random } from '../base/random.ts';
import { throwIfAborted } from './concurrent.ts';
import { decodeImage, prepareDecoder } from './decode.ts';
import { imageExtensions, scanImageFolder, visibleEntries } from './folderScan.ts';
import { splitInMemory, type ImageSplit } from './imageSet.ts';

export interface ImageSample {
  /** The images, in the order they were drawn. Their labels are the classes' numbers; zeros without classes. */
  readonly split: ImageSplit;
  /** Of the whole folder, sorted; none when the images lie in the folder itself. */
  readonly classes: readonly string[];
}

/**
 * A few images of a folder, drawn at random: training images of one that is laid out for training (see scanImageFolder), or of
 * one that holds the images themselves. Files that cannot be used are passed over; when there are fewer than asked
 * for, all are taken.
 * @param imageSize side of the square images, in pixels
 * @throws InputError as scanImageFolder, and `data-empty` when no image can be used; CancelledError
 */
export async function sampleImages(
  folder: string, { count, imageSize, random, signal }: { count: number; imageSize: number; random: Random; signal?: AbortSignal },
): Promise<ImageSample> {
  const { files, classes } = await holdsFolders(folder) ? await trainingFiles(folder, signal) : await looseFiles(folder);
  prepareDecoder();
  const pixels: Uint8Array[] = [];
  const labels: number[] = [];
  let reason = '';
  for (const { path, label } of random.shuffled(files)) {
    if (pixels.length === count) break;
    throwIfAborted(signal);
    const decoded = await decodeImage(join(folder, path), imageSize);
    if ('pixels' in decoded) {
      pixels.push(decoded.pixels);
      labels.push(label);
    } else {
      reason = ` (${path}: ${decoded.skipped})`;
    }
  }
  if (pixels.length === 0) throw new InputError('data-empty', `No image in ${folder} can be used${reason}. JPEG, PNG and WebP files are read.`);
  return { split: splitInMemory(Buffer.concat(pixels), Int32Array.from(labels), imageSize), classes };
}

interface Labelled {
  readonly files: readonly { readonly path: string; readonly label: number }[];
  readonly classes: readonly string[];
}

async function trainingFiles(folder: string, signal: AbortSignal | undefined): Promise<Labelled> {
  const { files, classes } = await scanImageFolder(folder, signal);
  return { files: files.filter(({ part }) => part !== 'val'), classes };
}

async function looseFiles(folder: string): Promise<Labelled> {
  const names = (await visibleEntries(folder)).map(({ name }) => name).filter((name) => imageExtensions.has(extname(name).toLowerCase()));
  return { files: names.sort().map((path) => ({ path, label: 0 })), classes: [] };
}

async function holdsFolders(folder: string): Promise<boolean> {
  for (const entry of await visibleEntries(folder)) {
    if (entry.isDirectory() || (entry.isSymbolicLink() && await stat(join(folder, entry.name)).then((found) => found.isDirectory(), () => false))) return true;
  }
  return false;
}
