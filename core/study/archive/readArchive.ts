import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { openPromise, type Entry, type ZipFile } from 'yauzl';
import { InputError, messageOf } from '../../base/errors.ts';
import { errorCode } from '../files.ts';
import { isLockName } from '../lock.ts';
import { archiveVersion, manifestName, manifestSchema, type ArchiveManifest, type PackedFile } from './manifest.ts';

/** More than these no study has. */
const mostFiles = 200_000;
const mostManifestBytes = 128 * 2 ** 20;

/** An archive whose list of files has been read and is that of a study, but whose files have not. */
export class OpenedArchive {
  readonly path: string;
  readonly manifest: ArchiveManifest;
  readonly #zip: ZipFile;
  readonly #entries: ReadonlyMap<string, Entry>;

  private constructor(path: string, zip: ZipFile, entries: ReadonlyMap<string, Entry>, manifest: ArchiveManifest) {
    this.path = path;
    this.#zip = zip;
    this.#entries = entries;
    this.manifest = manifest;
  }

  /**
   * Opens an archive from anywhere, and trusts nothing that it says: names that lead elsewhere, links, encrypted or unlisted files are refused.
   * @throws InputError `missing-file`, `not-an-archive`, `damaged-archive`, `unsafe-archive`, `newer-archive`
   */
  static async open(path: string): Promise<OpenedArchive> {
    let zip: ZipFile;
    try {
      zip = await openPromise(path, { lazyEntries: true, autoClose: false, strictFileNames: true, validateEntrySizes: true });
    } catch (cause) {
      if (['ENOENT', 'ENOTDIR'].includes(errorCode(cause))) throw new InputError('missing-file', `${path}: there is no such file.`, { cause });
      if (errorCode(cause) === 'EISDIR') throw new InputError('not-an-archive', `${path}: is a folder; expected an archive that "pocketformer pack" wrote.`, { cause });
      throw new InputError('not-an-archive', `${path}: is no zip file, or its end is missing (${messageOf(cause)}); expected an archive that "pocketformer pack" wrote.`, { cause });
    }
    try {
      const entries = await entriesOf(zip, path);
      const manifest = await readManifest(zip, entries.get(manifestName), path);
      entries.delete(manifestName);
      requireListed(entries, manifest, path);
      return new OpenedArchive(path, zip, entries, manifest);
    } catch (error) {
      zip.close();
      throw error;
    }
  }

  get totalBytes(): number {
    return this.manifest.files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  }

  /**
   * Writes all files below a folder that is new, each compared with its SHA-256 in the manifest.
   * @throws InputError `damaged-archive`; errors of the file system as they are
   */
  async extract(folder: string, { signal, onBytes }: { signal?: AbortSignal; onBytes?: (bytes: number) => void }): Promise<void> {
    for (const file of this.manifest.files) {
      const target = join(folder, ...file.path.split('/'));
      await mkdir(dirname(target), { recursive: true });
      await this.#extractOne(file, target, signal, onBytes);
    }
  }

  async #extractOne({ path, sha256 }: PackedFile, target: string, signal: AbortSignal | undefined, onBytes: ((bytes: number) => void) | undefined): Promise<void> {
    const hash = createHash('sha256');
    const counting = new Transform({
      transform(chunk: Buffer, _, done) {
        hash.update(chunk);
        onBytes?.(chunk.length);
        done(null, chunk);
      },
    });
    try {
      const stream = await this.#zip.openReadStreamPromise(this.#entries.get(path)!);
      await pipeline(stream, counting, createWriteStream(target, { flags: 'wx' }), { signal });
    } catch (error) {
      if (signal?.aborted || /^E[A-Z]+$/.test(errorCode(error))) throw error;
      throw damaged(this.path, `${path} cannot be read (${messageOf(error)})`, error);
    }
    if (hash.digest('hex') !== sha256) throw damaged(this.path, `${path} is not what was packed: its SHA-256 differs from the archive's list`);
  }

  close(): void {
    this.#zip.close();
  }
}

async function entriesOf(zip: ZipFile, archive: string): Promise<Map<string, Entry>> {
  if (zip.entryCount > mostFiles) throw unsafe(archive, `it holds ${zip.entryCount} files, more than ${mostFiles}`);
  const entries = new Map<string, Entry>();
  const seen = new Set<string>();
  await new Promise<void>((done, fail) => {
    zip.once('error', (error: Error) => fail(damaged(archive, `its list of files cannot be read (${error.message})`, error)));
    zip.once('end', done);
    zip.on('entry', (entry: Entry) => {
      try {
        requireSafe(entry, archive);
        // On some systems two such names are one file.
        const name = entry.fileName.normalize('NFC').toLowerCase();
        if (seen.has(name)) throw unsafe(archive, `it holds ${entry.fileName} twice`);
        seen.add(name);
        entries.set(entry.fileName, entry);
        zip.readEntry();
      } catch (error) {
        fail(error as Error);
      }
    });
    zip.readEntry();
  });
  return entries;
}

const regularFile = 0o100000;
const kindMask = 0o170000;

function requireSafe(entry: Entry, archive: string): void {
  const { fileName } = entry;
  if (!isSafePath(fileName)) throw unsafe(archive, `the name ${JSON.stringify(fileName)} would lead out of the study's folder, or is none on every system`);
  const kind = (entry.externalFileAttributes >>> 16) & kindMask;
  if (kind !== 0 && kind !== regularFile) throw unsafe(archive, `${fileName} is a link or another thing that is no file`);
  if (entry.isEncrypted() || !entry.canDecodeFileData()) throw unsafe(archive, `${fileName} is encrypted or compressed in an unknown way`);
}

const reserved = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;

/** Whether a name is one below a folder on Linux, macOS and Windows alike. */
export function isSafePath(path: string): boolean {
  if (path.length > 1000) return false;
  return path.split('/').every((part) => part !== '' && part !== '.' && part !== '..' && !/[\\:*?"<>|\u0000-\u001f]/.test(part) && !/[. ]$/.test(part) && !reserved.test(part) && !isLockName(basename(part)));
}

async function readManifest(zip: ZipFile, entry: Entry | undefined, archive: string): Promise<ArchiveManifest> {
  if (entry === undefined) throw new InputError('not-an-archive', `${archive}: is a zip file without ${manifestName}; expected an archive that "pocketformer pack" wrote.`);
  if (entry.uncompressedSize > mostManifestBytes) throw unsafe(archive, `${manifestName} has ${entry.uncompressedSize} bytes`);
  let json: unknown;
  try {
    const chunks: Buffer[] = [];
    for await (const chunk of await zip.openReadStreamPromise(entry)) chunks.push(chunk as Buffer);
    json = JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch (cause) {
    throw damaged(archive, `${manifestName} cannot be read (${messageOf(cause)})`, cause);
  }
  const version = typeof json === 'object' && json !== null && 'version' in json ? json.version : undefined;
  if (typeof version === 'number' && version > archiveVersion) {
    throw new InputError('newer-archive', `${archive}: was packed by a newer Pocketformer (version ${version}); this one opens up to ${archiveVersion}.`);
  }
  const parsed = manifestSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  throw damaged(archive, `${manifestName} is no list of an archive's files`, parsed.error);
}

/** Exactly the listed files, in the listed sizes. */
function requireListed(entries: ReadonlyMap<string, Entry>, { files, kind }: ArchiveManifest, archive: string): void {
  const listed = new Map(files.map((file) => [file.path, file]));
  for (const [name, entry] of entries) {
    const file = listed.get(name);
    if (file === undefined) throw damaged(archive, `it holds ${name}, which its list does not have`);
    if (file.sizeBytes !== entry.uncompressedSize) throw damaged(archive, `${name} has ${entry.uncompressedSize} bytes, and ${file.sizeBytes} in its list`);
  }
  for (const path of [...listed.keys(), `${kind}.json`, `${kind}.yaml`]) {
    if (!entries.has(path)) throw damaged(archive, `it lacks ${path}`);
  }
}

const damaged = (archive: string, why: string, cause?: unknown) =>
  new InputError('damaged-archive', `${archive}: ${why}. The archive was altered or cut off; nothing was opened. Copy it again.`, { cause });
const unsafe = (archive: string, why: string) => new InputError('unsafe-archive', `${archive}: ${why}. No archive of Pocketformer does; nothing was opened.`);
