import { extname, join, resolve } from 'node:path';
import sharp from 'sharp';
import { forEachConcurrent, throwIfAborted } from './concurrent.ts';
import type { DataConfig } from './config.ts';
import { decodeImage } from './decode.ts';
import { folderLayout, imageExtensions, visibleEntries } from './folderScan.ts';
import { validationCount } from './folderSplit.ts';
import { imageBytes } from './imageSet.ts';
import { paintSynthetic, syntheticClasses } from './synthetic.ts';
import { Canvas } from './syntheticScene.ts';

export interface InspectOptions {
  /** The study file's folder: relative paths start here. */
  readonly baseDir: string;
  readonly thumbnailsPerClass: number;
  /** Side of the thumbnails in pixels. */
  readonly size: number;
  /** Classes that get thumbnails, from the first on. Default 100. */
  readonly maxClassesShown?: number;
  /** The study's. */
  readonly seed?: number | string;
  readonly signal?: AbortSignal;
}

export interface InspectedClass {
  readonly name: string;
  readonly train: number;
  readonly val: number;
  /** PNG files. */
  readonly thumbnails: Uint8Array[];
}

export interface InspectedData {
  readonly classes: InspectedClass[];
  readonly trainImages: number;
  readonly valImages: number;
  readonly imageSize: number;
  /** What training would complain about or leave out, as far as names and a few files tell. */
  readonly problems: string[];
}

const readableExtensions = new Set(['.jpg', '.jpeg', '.jpe', '.jfif', '.png', '.webp']);
const concurrentFolders = 8;
const maxClassesListed = 3;

/**
 * A first look at a study's images: counts by class, and a few of them. Files are counted by their names; only those
 * shown are read, so that a hundred thousand take a moment.
 * @throws InputError as scanImageFolder does for folders that cannot be used; CancelledError
 */
export function inspectData(config: DataConfig, options: InspectOptions): Promise<InspectedData> {
  return config.kind === 'synthetic' ? inspectSynthetic(config, options) : inspectFolder(config, options);
}

async function inspectSynthetic(
  { imageSize, trainImages, valImages, difficulty, seed }: Extract<DataConfig, { kind: 'synthetic' }>, options: InspectOptions,
): Promise<InspectedData> {
  const { thumbnailsPerClass, signal } = options;
  const canvas = new Canvas(imageSize);
  const count = syntheticClasses.length;
  // Image i is of class i mod 10.
  const inClass = (images: number, label: number) => Math.floor((images - label + count - 1) / count);
  const classes: InspectedClass[] = [];
  for (const [label, name] of syntheticClasses.entries()) {
    throwIfAborted(signal);
    const train = inClass(trainImages, label);
    const thumbnails: Uint8Array[] = [];
    for (let i = 0; i < Math.min(thumbnailsPerClass, train); i++) {
      const pixels = new Uint8Array(imageBytes(imageSize));
      paintSynthetic(canvas, { seed: seed ?? options.seed ?? 1, part: 'train', index: label + i * count, difficulty }, pixels, 0);
      thumbnails.push(await pngOf(pixels, imageSize, options.size));
    }
    classes.push({ name, train, val: inClass(valImages, label), thumbnails });
  }
  return { classes, trainImages, valImages, imageSize, problems: [] };
}

/** The files of one class in one part, by name. */
interface ClassFiles {
  readonly paths: string[];
  unreadable: number;
}

async function inspectFolder(
  config: Extract<DataConfig, { kind: 'folder' }>, options: InspectOptions,
): Promise<InspectedData> {
  const root = resolve(options.baseDir, config.path);
  const { classes: names, parts } = await folderLayout(root);
  const undivided = parts[0].part === 'undivided';
  const places = parts.flatMap(({ folder, part }) => names.map((name, label) => ({ folder: folder ? join(root, folder, name) : join(root, name), part, label })));
  const found = names.map(() => ({ train: emptyClass(), val: emptyClass() }));
  await forEachConcurrent(places, concurrentFolders, async ({ folder, part, label }) => {
    found[label][part === 'val' ? 'val' : 'train'] = await filesOf(folder);
  }, options.signal);

  const counts = found.map(({ train, val }) => {
    if (!undivided) return { train: train.paths.length, val: val.paths.length };
    const held = validationCount(train.paths.length, config.valFraction);
    return { train: train.paths.length - held, val: held };
  });
  const problems = countProblems(names, counts, found);
  const shown = await thumbnailsOf(found.map(({ train }) => train.paths), options, problems);
  return {
    classes: names.map((name, label) => ({ name, ...counts[label], thumbnails: shown[label] ?? [] })),
    trainImages: sum(counts.map(({ train }) => train)), valImages: sum(counts.map(({ val }) => val)),
    imageSize: config.imageSize, problems,
  };
}

const emptyClass = (): ClassFiles => ({ paths: [], unreadable: 0 });

async function filesOf(folder: string): Promise<ClassFiles> {
  const files = emptyClass();
  for (const entry of await visibleEntries(folder)) {
    if (entry.isDirectory()) continue;
    const extension = extname(entry.name).toLowerCase();
    if (readableExtensions.has(extension)) files.paths.push(join(folder, entry.name));
    else if (imageExtensions.has(extension)) files.unreadable++;
  }
  return files;
}

function countProblems(
  names: readonly string[], counts: readonly { train: number; val: number }[], found: readonly Record<'train' | 'val', ClassFiles>[],
): string[] {
  const problems: string[] = [];
  const without = (part: 'train' | 'val', purpose: string) => {
    const empty = names.filter((_, label) => counts[label][part] === 0);
    if (empty.length > 0) problems.push(`${listed(empty)} ${empty.length === 1 ? 'has' : 'have'} no images to ${purpose}.`);
  };
  without('train', 'train on');
  without('val', 'validate with');
  const unreadable = sum(found.map(({ train, val }) => train.unreadable + val.unreadable));
  if (unreadable > 0) {
    problems.push(`${unreadable} ${unreadable === 1 ? 'image is' : 'images are'} in a format that is not read; JPEG, PNG and WebP are.`);
  }
  return problems;
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, maxClassesListed).map((name) => `"${name}"`).join(', ');
  const more = names.length > maxClassesListed ? ` and ${names.length - maxClassesListed} more` : '';
  return `${names.length === 1 ? 'Class' : 'Classes'} ${shown}${more}`;
}

/** A few pictures of each class, spread over its files; the first that cannot be read are told as problems. */
async function thumbnailsOf(
  classes: readonly (readonly string[])[], { thumbnailsPerClass, size, maxClassesShown = 100, signal }: InspectOptions, problems: string[],
): Promise<Uint8Array[][]> {
  const unusable: string[] = [];
  const shown: Uint8Array[][] = [];
  for (const paths of classes.slice(0, maxClassesShown)) {
    const count = Math.min(thumbnailsPerClass, paths.length);
    const chosen = Array.from({ length: count }, (_, i) => paths[Math.floor((i * paths.length) / count)]);
    const pictures: (Uint8Array | undefined)[] = [];
    await forEachConcurrent(chosen, 4, async (path, i) => {
      const decoded = await decodeImage(path, size);
      if ('pixels' in decoded) pictures[i] = await pngOf(decoded.pixels, size, size);
      else unusable.push(`${path}: ${decoded.skipped}.`);
    }, signal);
    shown.push(pictures.filter((picture) => picture !== undefined));
  }
  problems.push(...unusable.sort().slice(0, 10));
  return shown;
}

/** @param pixels [3, side, side] */
export async function pngOf(pixels: Uint8Array, side: number, size: number): Promise<Uint8Array> {
  const area = side * side;
  const interleaved = new Uint8Array(3 * area);
  for (let i = 0; i < area; i++) {
    for (let channel = 0; channel < 3; channel++) interleaved[3 * i + channel] = pixels[channel * area + i];
  }
  const image = sharp(interleaved, { raw: { width: side, height: side, channels: 3 } });
  return new Uint8Array(await (side === size ? image : image.resize(size, size, { kernel: side < size ? 'nearest' : 'lanczos3' })).png().toBuffer());
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
