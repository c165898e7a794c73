import { InputError } from '../base/errors.ts';
import { Random } from '../base/random.ts';
import type { FolderScan, ImageFile } from './folderScan.ts';
import type { SkippedImage } from './imageSet.ts';

export interface SplitOptions {
  /** Part of each class that becomes validation data when the folder is undivided. */
  readonly valFraction: number;
  readonly seed: number | string;
}

/** Indices into the scan's files, in their order. */
export interface DividedFiles {
  readonly train: readonly number[];
  readonly val: readonly number[];
}

/**
 * Sorts the usable files into training and validation: as the folders say, or, when the folder is undivided,
 * round(valFraction * n) of each class's n files, at least one and not all, to validation. The choice goes by a seeded
 * hash of the path, so that a file added later moves hardly any other.
 * @throws InputError `data-class-empty`, `data-class-too-small`
 */
export function divide(scan: FolderScan, usable: readonly number[], options: SplitOptions): DividedFiles {
  const divided = scan.files.some(({ part }) => part !== 'undivided');
  const inVal = new Set<number>();
  for (const [label, indices] of byClass(scan, usable).entries()) {
    const name = scan.classes[label];
    const val = divided
      ? divisionByFolder(scan, name, indices)
      : divisionBySeed(scan, name, indices, options);
    for (const index of val) inVal.add(index);
  }
  return { train: usable.filter((index) => !inVal.has(index)), val: usable.filter((index) => inVal.has(index)) };
}

/** " (3 skipped, the first cat/1.jpg: the file is empty)", or nothing. */
export function firstReason(skipped: readonly SkippedImage[]): string {
  if (skipped.length === 0) return '';
  const [{ path, reason }] = skipped;
  return ` (${skipped.length} skipped, the first ${path}: ${reason})`;
}

function byClass(scan: FolderScan, usable: readonly number[]): number[][] {
  const groups: number[][] = scan.classes.map(() => []);
  for (const index of usable) groups[scan.files[index].label].push(index);
  return groups;
}

function divisionByFolder(scan: FolderScan, name: string, indices: readonly number[]): number[] {
  const val = indices.filter((index) => scan.files[index].part === 'val');
  if (val.length === indices.length) throw emptyClass(scan, name, ' to train on');
  if (val.length === 0) throw emptyClass(scan, name, ' to validate with');
  return val;
}

function divisionBySeed(
  scan: FolderScan,
  name: string,
  indices: readonly number[],
  { valFraction, seed }: SplitOptions,
): number[] {
  if (indices.length === 0) throw emptyClass(scan, name, '');
  if (indices.length === 1) {
    throw new InputError('data-class-too-small', `Class "${name}" in ${scan.root} has only one usable image. An `
      + 'automatic split needs at least two per class: one to train on and one to validate with.');
  }
  return inSeededOrder(scan.files, indices, seed).slice(0, validationCount(indices.length, valFraction));
}

/** How many of a class's images validate when the folder is undivided. */
export function validationCount(images: number, valFraction: number): number {
  return Math.max(0, Math.min(images - 1, Math.max(1, Math.round(valFraction * images))));
}

function inSeededOrder(files: readonly ImageFile[], indices: readonly number[], seed: number | string): number[] {
  return indices
    .map((index) => ({ index, rank: new Random(`split/${seed}/${files[index].path}`).uint32() }))
    .sort((a, b) => a.rank - b.rank || a.index - b.index)
    .map(({ index }) => index);
}

function emptyClass(scan: FolderScan, name: string, purpose: string): InputError {
  const own = scan.skipped.filter(({ path }) => path.split('/').at(-2) === name);
  return new InputError('data-class-empty', `Class "${name}" in ${scan.root} has no usable image${purpose}`
    + `${firstReason(own)}. JPEG, PNG and WebP files directly inside the class folder are read.`);
}
