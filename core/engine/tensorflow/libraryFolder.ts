import { existsSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { InputError } from '../../base/errors.ts';
import { nativeFileProblem } from '../nativeFile.ts';

/** TensorFlow's libraries as somebody unpacked them. */
export interface LibraryFolder {
  readonly kind: 'C library' | 'Python wheel';
  /** Holds `tensorflow/c/c_api.h`. */
  readonly include: string;
  /** The library with the C functions. */
  readonly library: string;
  readonly framework: string;
  /** NVIDIA's libraries as pip puts them beside a wheel that was built for GPUs. */
  readonly nvidia?: string;
}

const expected = 'expected an unpacked libtensorflow (with lib/ and include/) or an unpacked Python wheel of TensorFlow (with tensorflow/)';

/**
 * Recognises a release of the C library (lib/, include/), a Python wheel unpacked into `folder`, a site-packages folder,
 * or the wheel's own `tensorflow` folder.
 * @throws InputError `no-such-folder`, `no-tensorflow`: what is missing where, and what is accepted
 */
export function findLibraries(folder: string): LibraryFolder {
  const path = resolve(folder);
  if (!existsSync(path)) throw new InputError('no-such-folder', `${folder}: there is no such folder; ${expected}.`);
  if (!statSync(path).isDirectory()) {
    const archive = /\.(whl|zip)$/.test(path) ? `unzip it first: unzip ${basename(path)} -d FOLDER`
      : /\.(tar\.gz|tgz)$/.test(path) ? `unpack it first: tar xzf ${basename(path)} -C FOLDER` : expected;
    throw new InputError('no-tensorflow', `${folder}: is a file; ${archive}.`);
  }
  const real = realpathSync(path);
  for (const root of [join(real, 'tensorflow'), real]) {
    const library = newest(root, 'libtensorflow_cc');
    if (library) return checked(folder, { kind: 'Python wheel', root, library, nvidia: join(dirname(root), 'nvidia'), include: join(root, 'include') });
  }
  const library = newest(join(real, 'lib'), 'libtensorflow');
  if (library) return checked(folder, { kind: 'C library', root: join(real, 'lib'), library, include: join(real, 'include') });
  throw new InputError('no-tensorflow', `${folder}: holds no TensorFlow library for this system; ${expected}.`);
}

function checked(
  folder: string, found: { kind: LibraryFolder['kind']; root: string; library: string; include: string; nvidia?: string },
): LibraryFolder {
  const framework = newest(found.root, 'libtensorflow_framework') ?? join(found.root, sharedName('libtensorflow_framework'));
  const header = join(found.include, 'tensorflow', 'c', 'c_api.h');
  const problem = [found.library, framework].map(nativeFileProblem).find((each) => each !== undefined)
    ?? (existsSync(header) ? undefined : `${header} is missing.`);
  if (problem !== undefined) throw new InputError('no-tensorflow', `${folder}: ${problem} Unpack TensorFlow again, whole.`);
  return {
    kind: found.kind, library: found.library, framework, include: found.include,
    ...(found.nvidia !== undefined && existsSync(found.nvidia) ? { nvidia: found.nvidia } : {}),
  };
}

/** Path of a library by the name it goes by, with the longest version if there are several. */
function newest(folder: string, name: string): string | undefined {
  if (!existsSync(folder)) return undefined;
  const pattern = process.platform === 'darwin' ? new RegExp(`^${name}(\\.[\\d.]+)?\\.dylib$`) : new RegExp(`^${name}\\.so(\\.[\\d.]+)?$`);
  const [best] = readdirSync(folder).filter((file) => pattern.test(file)).sort((a, b) => b.length - a.length);
  return best === undefined ? undefined : join(folder, best);
}

/** "libtensorflow.so.2" */
export function sharedName(name: string): string {
  return process.platform === 'darwin' ? `${name}.2.dylib` : `${name}.so.2`;
}
