import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { InputError } from '../../base/errors.ts';
import { knownImages, imageFolder, readJob, type KnownImages } from './job.ts';

/** The images that a job needs and that are not where its settings say. */
export interface MissingData {
  /** Absolute. */
  readonly path: string;
  readonly known: KnownImages | undefined;
}

/** Undefined where nothing is missing. @throws as `readJob` */
export async function missingData(directory: string): Promise<MissingData | undefined> {
  const job = await readJob(directory);
  const images = imageFolder(job);
  if (images === undefined) return undefined;
  const path = resolve(job.baseDir, images.path);
  return existsSync(path) ? undefined : { path, known: await knownImages(directory) };
}

/** A sentence or two for people, with what to do. */
export function missingDataText(directory: string, { path, known }: MissingData): string {
  const counts = known === undefined || known.trainImages === null ? '' : `, ${known.trainImages.toLocaleString('en-US')} to train on and ${known.valImages!.toLocaleString('en-US')} to validate with`;
  return `Its images are elsewhere: there is no folder ${path}${known === undefined ? '' : ` (SHA-256 of the set ${known.id.slice(0, 12)}...${counts})`}. `
    + `Bring them to this machine and run "pocketformer relink ${directory} --data FOLDER".`;
}

/** Does something that reads a job's images, and says what to do where they are gone. @throws InputError `data-elsewhere` in the place of `data-missing` */
export async function withImages<T>(directory: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (cause) {
    if (!(cause instanceof InputError) || cause.code !== 'data-missing') throw cause;
    const missing = await missingData(directory);
    throw missing === undefined ? cause : new InputError('data-elsewhere', `${directory}: ${missingDataText(directory, missing)}`, { cause });
  }
}
