import type { Dirent } from 'node:fs';
import { open, readdir, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { InputError, messageOf } from '../base/errors.ts';
import { forEachConcurrent } from './concurrent.ts';
import { formatOf } from './decode.ts';
import type { SkippedImage } from './imageSet.ts';

export type FolderPart = 'train' | 'val' | 'undivided';

export interface ImageFile {
  /** Relative to the root, with forward slashes. */
  readonly path: string;
  readonly label: number;
  readonly part: FolderPart;
  readonly sizeBytes: number;
  readonly mtimeMs: number;
}

export interface FolderScan {
  readonly root: string;
  /** Folder names, sorted bytewise. */
  readonly classes: readonly string[];
  /** Sorted bytewise by path within part and class. */
  readonly files: readonly ImageFile[];
  readonly skipped: readonly SkippedImage[];
}

/** Files with other extensions are images only if their content says so. */
export const imageExtensions = new Set([
  '.jpg', '.jpeg', '.jpe', '.jfif', '.png', '.webp', '.gif', '.bmp', '.tif', '.tiff', '.avif', '.heic', '.heif', '.jxl',
]);
const validationNames = ['val', 'valid', 'validation'];
/** File-system calls under way at once. */
const concurrentCalls = 16;

/**
 * Lists an image folder: `train/<class>/*` with `val/<class>/*` (or `valid`, `validation`), or `<class>/*` alone, where
 * every file's part is `undivided`. Symbolic links are followed; hidden entries and folders inside class folders are
 * not looked at. A file counts as an image by its extension, or, without an image's extension, by its content.
 * @throws InputError `data-missing`, `data-not-a-folder`, `data-unreadable`, `data-empty`, `data-one-class`,
 * `data-class-mismatch`.
 */
export async function scanImageFolder(root: string, signal?: AbortSignal): Promise<FolderScan> {
  const { classes, parts } = await folderLayout(root);
  const files: ImageFile[] = [];
  const skipped: SkippedImage[] = [];
  for (const { folder, part } of parts) {
    for (const [label, name] of classes.entries()) {
      const found = await scanClass(root, folder ? `${folder}/${name}` : name, signal);
      for (const file of found.files) files.push({ ...file, label, part });
      for (const file of found.skipped) skipped.push(file);
    }
  }
  return { root, classes, files, skipped };
}

export interface FolderLayout {
  /** Folder names, sorted bytewise. */
  readonly classes: readonly string[];
  /** Folders, relative to the root ('' is the root itself), that hold the classes' folders. */
  readonly parts: readonly { readonly folder: string; readonly part: FolderPart }[];
}

/**
 * How an image folder is laid out, without looking at its images.
 * @throws InputError as scanImageFolder
 */
export async function folderLayout(root: string): Promise<FolderLayout> {
  const top = await subfolders(root);
  if (top.length === 0) {
    throw new InputError('data-empty', `${root} holds no folders. Put each class's images in a folder of its own: `
      + 'train/<class>/* and val/<class>/*, or <class>/* for an automatic split.');
  }
  const hasTrain = top.includes('train') && (await subfolders(join(root, 'train'))).length > 0;
  const validation = hasTrain ? validationNames.find((name) => top.includes(name)) : undefined;
  const trainFolder = hasTrain ? 'train' : '';
  const classes = hasTrain ? await subfolders(join(root, 'train')) : top;
  if (classes.length < 2) {
    throw new InputError('data-one-class', `${join(root, trainFolder)} holds only one class, "${classes[0]}". `
      + 'Training needs at least two class folders.');
  }
  if (validation) checkSameClasses(root, classes, validation, await subfolders(join(root, validation)));

  const parts: FolderLayout['parts'] = validation
    ? [{ folder: 'train', part: 'train' }, { folder: validation, part: 'val' }]
    : [{ folder: trainFolder, part: 'undivided' }];
  return { classes, parts };
}

function checkSameClasses(root: string, train: readonly string[], folder: string, val: readonly string[]): void {
  const quoted = (names: readonly string[]) => names.map((name) => `"${name}"`).join(', ');
  const missing = train.filter((name) => !val.includes(name));
  const unknown = val.filter((name) => !train.includes(name));
  if (missing.length === 0 && unknown.length === 0) return;
  const sentences = [
    ...(missing.length > 0 ? [`${folder}/ has no folder for class ${quoted(missing)}.`] : []),
    ...(unknown.length > 0 ? [`train/ has no folder for class ${quoted(unknown)}.`] : []),
  ];
  throw new InputError('data-class-mismatch', `The classes of train/ and ${folder}/ in ${root} differ: `
    + `${sentences.join(' ')} Both need the same class folders.`, { details: { missing, unknown } });
}

/** Names of the visible folders in `path`, links to folders among them, sorted bytewise. */
async function subfolders(path: string): Promise<string[]> {
  const names: string[] = [];
  for (const entry of await visibleEntries(path)) {
    const isFolder = entry.isDirectory()
      || (entry.isSymbolicLink() && await stat(join(path, entry.name)).then((s) => s.isDirectory(), () => false));
    if (isFolder) names.push(entry.name);
  }
  return names.sort(bytewise);
}

/**
 * The visible entries of a folder.
 * @throws InputError `data-missing`, `data-not-a-folder`, `data-unreadable`
 */
export async function visibleEntries(path: string): Promise<Dirent[]> {
  try {
    const entries = await readdir(path, { withFileTypes: true });
    return entries.filter((entry) => !entry.name.startsWith('.'));
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT') {
      throw new InputError('data-missing', `There is no folder ${path}.`, { cause: error });
    }
    if (code === 'ENOTDIR') {
      throw new InputError('data-not-a-folder', `${path} is not a folder. Name the folder that holds the class folders.`,
        { cause: error });
    }
    throw new InputError('data-unreadable', `The folder ${path} cannot be read: ${messageOf(error)}`, { cause: error });
  }
}

type FoundFile = Pick<ImageFile, 'path' | 'sizeBytes' | 'mtimeMs'>;

async function scanClass(root: string, folder: string, signal?: AbortSignal) {
  const entries = (await visibleEntries(join(root, folder))).filter((entry) => !entry.isDirectory());
  const names = entries.map((entry) => entry.name).sort(bytewise);
  const found: (FoundFile | SkippedImage | undefined)[] = new Array(names.length);
  await forEachConcurrent(names, concurrentCalls, async (name, i) => {
    found[i] = await examine(root, `${folder}/${name}`);
  }, signal);
  const files: FoundFile[] = [];
  const skipped: SkippedImage[] = [];
  for (const item of found) {
    if (item && 'reason' in item) skipped.push(item);
    else if (item) files.push(item);
  }
  return { files, skipped };
}

async function examine(root: string, path: string): Promise<FoundFile | SkippedImage | undefined> {
  const named = imageExtensions.has(extname(path).toLowerCase());
  const absolute = join(root, path);
  try {
    const found = await stat(absolute);
    if (!found.isFile()) return named ? { path, reason: 'not a regular file' } : undefined;
    if (!named && !formatOf(await readHead(absolute))) return undefined;
    return { path, sizeBytes: found.size, mtimeMs: found.mtimeMs };
  } catch (error) {
    // Without an image's extension nothing says that this file was meant.
    return named ? { path, reason: `cannot be read: ${messageOf(error)}` } : undefined;
  }
}

async function readHead(path: string): Promise<Uint8Array> {
  const file = await open(path, 'r');
  try {
    const head = new Uint8Array(12);
    const { bytesRead } = await file.read(head, 0, 12, 0);
    return head.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

/** Order of the UTF-8 bytes, the same in every locale. */
function bytewise(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
