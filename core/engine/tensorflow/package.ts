import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { nativeFileProblem } from '../nativeFile.ts';
import type { Obstacle } from '../obstacle.ts';

/** The packages that bring TensorFlow to tfjs, in order of preference. They differ in what their install scripts download. */
export const packageNames = ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node'] as const;
/** The only version that fits the tfjs that Pocketformer uses. */
export const packageVersion = '4.22.0';

/** An installed package with its native parts, which may be missing. */
export interface TensorflowPackage {
  readonly name: string;
  readonly version: string;
  readonly directory: string;
  /** The native addon. */
  readonly addon: string;
  /** The folder in which the addon looks for TensorFlow's libraries. */
  readonly libraries: string;
}

interface Manifest {
  readonly version: string;
  readonly binary: { readonly module_name: string; readonly module_path: string; readonly napi_versions: readonly number[] };
}

/** Where modules are looked up from, and where people install them: this package's own folder, or the one it is installed in. */
export const applicationFolder = fileURLToPath(new URL('../../..', import.meta.url)).split(`${sep}node_modules${sep}`)[0];

/**
 * Installed packages, in order of preference.
 * @param from folder whose packages count
 */
export function findPackages(from = applicationFolder): TensorflowPackage[] {
  const require = createRequire(join(from, 'package.json'));
  return packageNames.flatMap((name) => {
    let manifestPath: string;
    try {
      manifestPath = require.resolve(`${name}/package.json`);
    } catch {
      return [];
    }
    const { version, binary } = JSON.parse(readFileSync(manifestPath, 'utf8')) as Manifest;
    const directory = dirname(manifestPath);
    const abi = Math.max(...binary.napi_versions.filter((each) => each <= Number(process.versions.napi)));
    const folder = binary.module_path.replace('{napi_build_version}', String(abi));
    return [{ name, version, directory, addon: join(directory, folder, `${binary.module_name}.node`), libraries: join(directory, 'deps', 'lib') }];
  });
}

export const installCommand = `npm install --no-save --ignore-scripts ${packageNames[0]}@${packageVersion}`;

/** What to tell somebody who has none of the packages. */
export const notInstalled: Obstacle = {
  reason: 'TensorFlow is not installed. It is optional: the ort engine does the same work.',
  remedy: `To have it, run "${installCommand}" in ${applicationFolder} and then "pocketformer engines link-tensorflow DIR", `
    + 'with DIR the folder of a TensorFlow library.',
};

/** What can be seen to be wrong with a package from its files alone, without loading any. */
export function fileObstacle({ name, version, directory, addon, libraries }: TensorflowPackage): Obstacle | undefined {
  if (version !== packageVersion) {
    return {
      reason: `${name} is installed in version ${version}; Pocketformer works with ${packageVersion}.`,
      remedy: `Run "npm install --no-save --ignore-scripts ${name}@${packageVersion}" in ${applicationFolder}.`,
    };
  }
  const foreign = foreignTfjs(directory);
  if (foreign !== undefined) {
    return {
      reason: `${name} uses another copy of tfjs than Pocketformer, ${foreign}.`,
      remedy: `Run "npm dedupe" in ${applicationFolder}, or "npm ci" and "${installCommand}".`,
    };
  }
  if (!existsSync(addon)) {
    return { reason: `${name} is installed, but its native addon was never built (${addon}).`, remedy: linkRemedy };
  }
  const problem = [addon, ...librariesIn(libraries)].map(nativeFileProblem).find((each) => each !== undefined);
  if (problem !== undefined) return { reason: problem, remedy: linkRemedy };
  return undefined;
}

export const linkRemedy = 'Run "pocketformer engines link-tensorflow DIR" with the folder of a TensorFlow library. '
  + 'Until then the ort engine does the same work.';

/** Paths of the libraries, whether or not they lead to a file. On Windows they lie elsewhere, and the loader judges them. */
function librariesIn(folder: string): string[] {
  if (process.platform === 'win32') return [];
  if (!existsSync(folder)) return [folder];
  const names = readdirSync(folder).filter((name) => /^libtensorflow.*\.(so|dylib)/.test(name));
  return names.length === 0 ? [join(folder, 'libtensorflow')] : names.map((name) => join(folder, name));
}

/** Where the package finds tfjs, when it is not the one that Pocketformer imports. */
function foreignTfjs(directory: string): string | undefined {
  const own = createRequire(import.meta.url).resolve('@tensorflow/tfjs');
  try {
    const theirs = createRequire(join(directory, 'package.json')).resolve('@tensorflow/tfjs');
    return theirs === own ? undefined : theirs;
  } catch {
    // None at all: loading the package says so better.
    return undefined;
  }
}
