import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isLeftover } from '../files.ts';
import { isLockName, studyLockHolder } from '../lock.ts';
import { studyRunning } from '../library/trash.ts';
import { manifestName, originName, type ArchiveManifest } from './manifest.ts';

/** Decoded images and indices, which every run makes again. */
const madeAgain = ['cache'];
const notPacked: readonly string[] = [manifestName, originName, ...madeAgain];

export interface FolderFiles {
  /** Relative to the folder, with forward slashes, in a fixed order. */
  readonly files: readonly string[];
  /** Links and what else is no file, which are left out. */
  readonly skipped: readonly string[];
}

/**
 * The files of a job's folder that belong into its archive.
 * @throws InputError `study-running` while a session of measuring goes on inside
 */
export async function folderFiles(directory: string, without: ArchiveManifest['without']): Promise<FolderFiles> {
  const files: string[] = [];
  const skipped: string[] = [];
  const walk = async (folder: string): Promise<void> => {
    const entries = (await readdir(join(directory, folder), { withFileTypes: true })).sort((a, b) => (a.name < b.name ? -1 : 1));
    // The folder's own lock is the packer's.
    if (folder !== '' && entries.some(({ name }) => isLockName(name)) && studyLockHolder(join(directory, folder))) throw studyRunning(join(directory, folder));
    for (const entry of entries) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if ((folder === '' && notPacked.includes(entry.name)) || isLockName(entry.name) || isLeftover(entry.name)) continue;
      if (without !== null && (path === 'checkpoints' || (without === 'weights' && /\.(onnx|safetensors)$/i.test(path)))) continue;
      if (entry.isDirectory()) await walk(path);
      else if (entry.isFile()) files.push(path);
      else skipped.push(path);
    }
  };
  await walk('');
  return { files, skipped };
}
