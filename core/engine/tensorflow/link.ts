import { existsSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { EnvironmentError } from '../../base/errors.ts';
import { textOf } from '../obstacle.ts';
import { buildAddon } from './build.ts';
import { requireAgreement, type CheckResult } from './check.ts';
import { inChild } from './inChild.ts';
import { bringBack, forgetAside, layOut, putAside } from './layout.ts';
import { findLibraries, type LibraryFolder } from './libraryFolder.ts';
import { applicationFolder, fileObstacle, findPackages, installCommand, packageVersion, type TensorflowPackage } from './package.ts';

export interface LinkResult extends CheckResult {
  readonly package: string;
  readonly kind: LibraryFolder['kind'];
  /** The library itself, wherever it lies. */
  readonly library: string;
  readonly addon: string;
  /** False when the addon was linked to this library already. */
  readonly built: boolean;
}

/**
 * Builds the addon of the installed tfjs-node package against a TensorFlow library, and checks it by training with it.
 * Where that fails, whatever was linked before is linked again.
 * @param folder an unpacked libtensorflow or Python wheel
 * @param onStep told what is being done
 * @param from folder whose packages count
 * @throws InputError `no-such-folder`, `no-tensorflow`; EnvironmentError `unsupported-system`, `tensorflow-missing`,
 * `tensorflow-broken`, `tensorflow-disagrees`, those of `buildAddon`
 */
export async function linkTensorflow(folder: string, onStep: (step: string) => void, from?: string): Promise<LinkResult> {
  const libraries = findLibraries(folder);
  if (process.platform === 'win32') {
    throw new EnvironmentError('unsupported-system', 'Linking is for Linux and macOS. On Windows, '
      + `"npm install --no-save @tensorflow/tfjs-node@${packageVersion}" downloads a TensorFlow of its own.`);
  }
  const installed = packageOf(from);
  onStep(`${libraries.kind}: ${libraries.library}`);
  const isLinked = fileObstacle(installed) === undefined && isLinkedTo(installed, libraries);
  let check: CheckResult;
  if (isLinked) {
    onStep(`${installed.name} is linked to it already.`);
    check = await checked(installed, onStep);
  } else {
    check = await replacing(installed, async () => {
      await layOut(installed, libraries);
      onStep(`Building the addon of ${installed.name} ${installed.version} (about 10 seconds)`);
      await buildAddon(installed, (line) => { if (compiling.test(line)) onStep(`  ${line.trim()}`); });
      const obstacle = fileObstacle(installed);
      if (obstacle !== undefined) throw new EnvironmentError('build-failed', obstacle.reason);
      return checked(installed, onStep);
    });
  }
  return { package: installed.name, kind: libraries.kind, library: libraries.library, addon: installed.addon, built: !isLinked, ...check };
}

/** Of all that a build prints, what shows that it goes on. */
const compiling = /^\s*(CXX|SOLINK_MODULE)\(/;

function packageOf(from?: string): TensorflowPackage {
  const [installed] = findPackages(from);
  if (installed === undefined) {
    throw new EnvironmentError('tensorflow-missing', 'The package that the addon is built from is not installed. '
      + `Run "${installCommand}" in ${applicationFolder}, and then this command again.`);
  }
  if (installed.version !== packageVersion) throw new EnvironmentError('tensorflow-missing', textOf(fileObstacle(installed)!));
  return installed;
}

function isLinkedTo({ libraries }: TensorflowPackage, { library }: LibraryFolder): boolean {
  const [name] = ['libtensorflow.so', 'libtensorflow.dylib'].map((each) => join(libraries, each)).filter((path) => existsSync(path));
  return name !== undefined && realpathSync(name) === realpathSync(library);
}

async function checked(installed: TensorflowPackage, onStep: (step: string) => void): Promise<CheckResult> {
  onStep('Checking: training a small network, and comparing with the js engine');
  const result = await inChild('check', installed);
  requireAgreement(result);
  return result;
}

/** Restores the package's native parts when the work on them fails. */
async function replacing<T>(installed: TensorflowPackage, work: () => Promise<T>): Promise<T> {
  await putAside(installed);
  try {
    const result = await work();
    await forgetAside(installed);
    return result;
  } catch (error) {
    await bringBack(installed);
    throw error;
  }
}
