import { mkdir, rename, statfs } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { CancelledError, EnvironmentError, InputError } from '../../base/errors.ts';
import { errorCode, makeDirectory, removeQuietly, retryWhileBusy, syncDirectory, temporaryPath, writeError, writeFileAtomic } from '../files.ts';
import { freeDirectory, safeFolderName } from '../library/trash.ts';
import { readStudyInfo, writeStudyInfo } from '../studyInfo.ts';
import { readJob } from './job.ts';
import { originName, originSchema, type ArchiveManifest, type ArchiveOrigin } from './manifest.ts';
import { OpenedArchive } from './readArchive.ts';

/** What opening an archive accepts to write, in bytes, unless it is told another limit. */
export const defaultMostBytes = 64 * 2 ** 30;

export interface UnpackOptions {
  readonly archive: string;
  /** Folder of studies in which the folder is made. */
  readonly library: string;
  readonly mostBytes?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: { readonly bytes: number; readonly totalBytes: number }) => void;
}

export interface Unpacked extends Pick<ArchiveManifest, 'kind' | 'name' | 'without' | 'data' | 'missing'> {
  readonly directory: string;
  readonly files: number;
  readonly sizeBytes: number;
}

/**
 * Opens an archive as a new folder in a library, under its name or, where that is taken, a numbered one. The folder is made beside and gets its
 * name when everything in it has proved good, so that there is a whole study or none.
 * @throws InputError as `OpenedArchive.open` and `extract`, `too-large-archive`, `damaged-archive`; EnvironmentError `disk-full`, `cannot-write`; CancelledError
 */
export async function unpackStudy({ archive, library, mostBytes = defaultMostBytes, signal, onProgress }: UnpackOptions): Promise<Unpacked> {
  const opened = await OpenedArchive.open(archive);
  const { manifest, totalBytes } = opened;
  const folder = resolve(library);
  const temporary = temporaryPath(join(folder, safeFolderName(manifest.name)));
  try {
    requireSize(archive, totalBytes, mostBytes);
    await makeDirectory(folder);
    await requireSpace(archive, folder, totalBytes);
    await mkdir(temporary);
    let bytes = 0;
    await opened.extract(temporary, { signal, onBytes: (more) => onProgress?.({ bytes: bytes += more, totalBytes }) });
    const directory = await named(temporary, folder, manifest, basename(archive));
    const { kind, name, without, data, missing, files } = manifest;
    return { directory, kind, name, without, data, missing, files: files.length, sizeBytes: totalBytes };
  } catch (error) {
    await removeQuietly(temporary);
    if (signal?.aborted) throw new CancelledError();
    if (error instanceof InputError || error instanceof EnvironmentError || errorCode(error) === '') throw error;
    throw writeError(error, folder);
  } finally {
    opened.close();
  }
}

function requireSize(archive: string, totalBytes: number, mostBytes: number): void {
  if (totalBytes <= mostBytes) return;
  throw new InputError('too-large-archive', `${archive}: its files take ${gib(totalBytes)}, more than the ${gib(mostBytes)} that are accepted. If you trust it, accept more with --max-gib.`);
}

async function requireSpace(archive: string, folder: string, totalBytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  if (totalBytes <= bavail * bsize) return;
  throw new EnvironmentError('disk-full', `${archive}: its files take ${gib(totalBytes)}, and ${folder} has room for ${gib(bavail * bsize)}. Free space, or open it elsewhere.`);
}

const gib = (bytes: number) => `${(bytes / 2 ** 30).toPrecision(3)} GiB`;

/** Paths in the settings begin in the new folder from now on; what cannot be read is no study. */
async function named(temporary: string, folder: string, manifest: ArchiveManifest, archive: string): Promise<string> {
  const infoFile = join(temporary, `${manifest.kind}.json`);
  const info = await readStudyInfo(infoFile, archive);
  const { format: _, files: _files, ...common } = manifest;
  const origin: ArchiveOrigin = originSchema.parse({ ...common, format: 'pocketformer-opened-archive', archive, opened: new Date().toISOString() });
  await writeFileAtomic(join(temporary, originName), `${JSON.stringify(origin, undefined, 1)}\n`);
  for (let attempt = 1; ; attempt++) {
    const directory = freeDirectory(join(folder, safeFolderName(manifest.name)));
    await writeStudyInfo(infoFile, { ...info, baseDir: directory });
    if (attempt === 1) await readJob(temporary);
    try {
      await retryWhileBusy(() => rename(temporary, directory));
      await syncDirectory(folder);
      return directory;
    } catch (error) {
      // Somebody else took the name since it was found free.
      if (!['EEXIST', 'ENOTEMPTY'].includes(errorCode(error)) || attempt === 5) throw error;
    }
  }
}
