import type { Dirent } from 'node:fs';
import { existsSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, extname, join, parse, resolve } from 'node:path';
import { InputError, messageOf } from '../../base/errors.ts';
import { forEachConcurrent } from '../../data/concurrent.ts';
import { errorCode } from '../files.ts';

export interface FolderEntry {
  readonly name: string;
  /** Absolute. */
  readonly path: string;
  /** A `study` is the folder of one; `model` is an ONNX file, `packed` an archive. */
  readonly kind: 'folder' | 'study' | 'study-file' | 'model' | 'json' | 'table' | 'packed';
}

export interface FolderListing {
  /** Absolute. */
  readonly path: string;
  /** Null at the top. */
  readonly parent: string | null;
  /** Places to begin from. */
  readonly roots: readonly { readonly name: string; readonly path: string }[];
  /** Folders first, each by name. */
  readonly entries: readonly FolderEntry[];
}

const fileKinds: Readonly<Record<string, FolderEntry['kind']>> = {
  '.yaml': 'study-file', '.yml': 'study-file', '.onnx': 'model', '.json': 'json', '.csv': 'table', '.zip': 'packed',
};
const concurrentCalls = 16;

/**
 * What a person can choose in a folder of the machine where the core runs. Hidden entries and other files are left out.
 * @param path null or '' for the home folder; a file stands for the folder that it is in.
 * @throws InputError `missing-folder`, `unreadable-folder`
 */
export async function listFolder(path: string | null): Promise<FolderListing> {
  const folder = await folderOf(resolve(path === null || path === '' ? homedir() : withHome(path)));
  const entries: FolderEntry[] = [];
  await forEachConcurrent(await visible(folder), concurrentCalls, async (entry) => {
    const full = join(folder, entry.name);
    if (await isFolder(entry, full)) {
      entries.push({ name: entry.name, path: full, kind: existsSync(join(full, 'study.json')) ? 'study' : 'folder' });
      return;
    }
    const kind = fileKinds[extname(entry.name).toLowerCase()];
    if (kind !== undefined) entries.push({ name: entry.name, path: full, kind });
  });
  const isFile = ({ kind }: FolderEntry) => Number(kind !== 'folder' && kind !== 'study');
  entries.sort((a, b) => isFile(a) - isFile(b) || a.name.localeCompare(b.name, 'en', { numeric: true, sensitivity: 'base' }));
  return { path: folder, parent: dirname(folder) === folder ? null : dirname(folder), roots: rootsOf(folder), entries };
}

/** "~/images" as a shell would take it. */
const withHome = (path: string) => (/^~(?=$|[/\\])/.test(path) ? join(homedir(), path.slice(1)) : path);

async function folderOf(path: string): Promise<string> {
  try {
    return (await stat(path)).isDirectory() ? path : dirname(path);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(errorCode(error))) {
      throw new InputError('missing-folder', `There is no folder ${path}. Check its spelling, or choose one above it.`, { cause: error });
    }
    throw unreadable(path, error);
  }
}

async function visible(folder: string): Promise<Dirent[]> {
  try {
    return (await readdir(folder, { withFileTypes: true })).filter(({ name }) => !name.startsWith('.'));
  } catch (error) {
    throw unreadable(folder, error);
  }
}

function unreadable(path: string, error: unknown): InputError {
  const reason = ['EACCES', 'EPERM'].includes(errorCode(error)) ? 'this user may not read it' : messageOf(error);
  return new InputError('unreadable-folder', `The folder ${path} cannot be opened: ${reason}. Choose another one.`, { cause: error });
}

const isFolder = async (entry: Dirent, path: string) => entry.isDirectory()
  || (entry.isSymbolicLink() && await stat(path).then((found) => found.isDirectory(), () => false));

function rootsOf(folder: string): FolderListing['roots'] {
  const drives = process.platform === 'win32'
    ? Array.from({ length: 26 }, (_, i) => `${String.fromCharCode(65 + i)}:\\`).filter((drive) => existsSync(drive))
    : [parse(folder).root];
  return [
    { name: 'Home', path: homedir() },
    { name: 'Working folder', path: process.cwd() },
    ...drives.map((drive) => ({ name: drive, path: drive })),
  ];
}
