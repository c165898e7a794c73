import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { open, readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ZipFile } from 'yazl';
import { CancelledError, EnvironmentError, InputError } from '../../base/errors.ts';
import { removeQuietly, renameDurably, temporaryPath, writeError } from '../files.ts';
import { setInYaml } from '../library/editYaml.ts';
import { studyRunning } from '../library/trash.ts';
import { acquireStudyLock } from '../lock.ts';
import { requireWritable } from '../requireWritable.ts';
import { pocketformerVersion } from '../studyInfo.ts';
import { folderFiles } from './folderFiles.ts';
import { imageFolder, knownImages, readJob, type PackableJob } from './job.ts';
import { outsideLinks, within, type OutsideLinks } from './links.ts';
import { archiveVersion, manifestName, type ArchiveManifest, type PackedFile } from './manifest.ts';

export interface PackOptions {
  /** Folder of a study or a training. */
  readonly directory: string;
  /** Archive to write; must not exist. */
  readonly out: string;
  readonly without: ArchiveManifest['without'];
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: { readonly bytes: number; readonly totalBytes: number }) => void;
}

export interface PackReport {
  readonly path: string;
  readonly sizeBytes: number;
  readonly files: number;
  readonly kind: ArchiveManifest['kind'];
  readonly name: string;
  readonly without: ArchiveManifest['without'];
  readonly data: ArchiveManifest['data'];
  readonly missing: ArchiveManifest['missing'];
  /** Links in the folder, which are not in the archive. */
  readonly skipped: readonly string[];
}

/**
 * Packs a study or a training into one zip file: all of its folder but decoded images, and the files elsewhere that its settings name. The
 * folder is held meanwhile, so that no job writes to it; one that a job has is not packed. Nothing is read whole into memory.
 * @throws InputError `study-running`, `bad-output`, as `readJob` and `outsideLinks`; EnvironmentError `disk-full`, `cannot-write`; CancelledError
 */
export async function packStudy({ directory, out, without, signal, onProgress }: PackOptions): Promise<PackReport> {
  await readJob(directory);
  requireNewFile(directory, out);
  const lock = await acquireStudyLock(directory).catch((error: unknown) => {
    throw error instanceof EnvironmentError && error.code === 'study-in-use' ? studyRunning(directory, error) : error;
  });
  try {
    const job = await readJob(directory);
    const links = outsideLinks(job);
    const { files, skipped } = await folderFiles(directory, without);
    const outside = links.files.filter(({ path }) => without !== 'weights' || !/\.(onnx|safetensors)$/i.test(path));
    const sources = [...files.map((path) => ({ path, source: join(directory, path) })), ...outside];
    const head = { ...await headOf(job, links), without };
    const sizeBytes = await writeZip(out, head, sources, await editedSettings(job, links), { signal, onProgress });
    const { kind, name, data, missing } = head;
    return { path: out, sizeBytes, files: sources.length, kind, name, without, data, missing, skipped };
  } finally {
    lock.release();
  }
}

function requireNewFile(directory: string, out: string): void {
  requireWritable(out);
  if (existsSync(out)) throw new InputError('bad-output', `--out: ${out} is there already; archives are not replaced. Choose another name, or delete it.`);
  if (within(directory, out) !== undefined) throw new InputError('bad-output', `--out: ${out} is inside the folder that is packed; choose a place outside.`);
}

async function headOf(job: PackableJob, { missing }: OutsideLinks): Promise<Omit<ArchiveManifest, 'files' | 'without'>> {
  const images = imageFolder(job);
  const known = images && await knownImages(job.directory);
  return {
    format: 'pocketformer-archive', version: archiveVersion, kind: job.kind, name: job.name, packed: new Date().toISOString(), pocketformerVersion: pocketformerVersion(), missing: [...missing],
    data: images ? { path: resolve(job.baseDir, images.path), id: known?.id ?? null, trainImages: known?.trainImages ?? null, valImages: known?.valImages ?? null } : null,
  };
}

/** The file of settings as it will hold in the archive. */
async function editedSettings({ settingsFile, directory }: PackableJob, { edits }: OutsideLinks): Promise<{ path: string; text: string }> {
  const text = await readFile(settingsFile, 'utf8');
  return { path: within(directory, settingsFile)!, text: edits.reduce((edited, { path, value }) => setInYaml(edited, path, value), text) };
}

interface Source {
  readonly path: string;
  readonly source: string;
}

/** What is mostly weights hardly gets smaller. */
const dense = /\.(onnx|safetensors|png|f32|zip)$/i;

/** From here on a file's sizes may need 64 bits. */
const largeBytes = 0xf000_0000;

async function writeZip(
  out: string, head: Omit<ArchiveManifest, 'files'>, sources: readonly Source[], settings: { path: string; text: string }, { signal, onProgress }: Pick<PackOptions, 'signal' | 'onProgress'>,
): Promise<number> {
  const packed: PackedFile[] = [];
  const stats = await Promise.all(sources.map(({ source }) => stat(source)));
  const totalBytes = stats.reduce((sum, { size }) => sum + size, 0);
  let bytes = 0;
  const hashed = (path: string, content: Readable): Readable => {
    const hash = createHash('sha256');
    let sizeBytes = 0;
    const through = new Transform({
      transform(chunk: Buffer, _, done) {
        hash.update(chunk);
        sizeBytes += chunk.length;
        onProgress?.({ bytes: bytes += chunk.length, totalBytes });
        done(null, chunk);
      },
      flush(done) {
        packed.push({ path, sizeBytes, sha256: hash.digest('hex') });
        done();
      },
    });
    content.once('error', (error) => through.destroy(error));
    return content.pipe(through);
  };
  const zip = new ZipFile();
  sources.forEach(({ path, source }, i) => {
    const options = { mtime: stats[i].mtime, mode: 0o100644, compress: !dense.test(path), forceZip64Format: stats[i].size >= largeBytes };
    zip.addReadStreamLazy(path, options, (give) => give(null, hashed(path, path === settings.path ? Readable.from([Buffer.from(settings.text)]) : createReadStream(source))));
  });
  // The last one, because only then all sums are known.
  zip.addReadStreamLazy(manifestName, { mode: 0o100644 }, (give) => give(null, Readable.from([Buffer.from(`${JSON.stringify({ ...head, files: packed }, undefined, 1)}\n`)])));
  zip.end();
  const temporary = temporaryPath(out);
  try {
    const failed = new Promise<never>((_, reject) => zip.once('error', reject));
    await Promise.race([failed, pipeline(zip.outputStream, createWriteStream(temporary, { flags: 'wx' }), { signal })]);
    const file = await open(temporary, 'r+');
    await file.sync().finally(() => file.close());
    const { size } = await stat(temporary);
    if (existsSync(out)) throw new InputError('bad-output', `--out: ${out} has been made by somebody else meanwhile.`);
    await renameDurably(temporary, out);
    return size;
  } catch (error) {
    await removeQuietly(temporary);
    if (signal?.aborted) throw new CancelledError();
    if (error instanceof InputError) throw error;
    throw writeError(error, out);
  }
}
