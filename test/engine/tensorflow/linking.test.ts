import { copyFileSync, existsSync, mkdirSync, readFileSync, readlinkSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EnvironmentError, InputError } from '../../../core/base/errors.ts';
import { bringBack, forgetAside, layOut, putAside } from '../../../core/engine/tensorflow/layout.ts';
import { findLibraries, sharedName } from '../../../core/engine/tensorflow/libraryFolder.ts';
import { linkTensorflow } from '../../../core/engine/tensorflow/link.ts';
import { findPackages } from '../../../core/engine/tensorflow/package.ts';
import { temporaryFolder } from '../temporaryFolder.ts';
import { realLibrary, workingMain, writeFakePackage } from './fakePackage.ts';

const scratch = temporaryFolder();
let count = 0;
function newFolder(): string {
  const folder = join(scratch, String(count++));
  mkdirSync(folder);
  return folder;
}

/** A folder with real libraries under TensorFlow's names. */
function unpacked(kind: 'wheel' | 'release', version = ''): string {
  const folder = newFolder();
  const libraries = join(folder, kind === 'wheel' ? 'tensorflow' : 'lib');
  const headers = join(folder, kind === 'wheel' ? 'tensorflow' : '', 'include', 'tensorflow', 'c');
  for (const each of [libraries, headers]) mkdirSync(each, { recursive: true });
  for (const name of [kind === 'wheel' ? 'libtensorflow_cc' : 'libtensorflow', 'libtensorflow_framework']) {
    copyFileSync(realLibrary(), join(libraries, `${sharedName(name)}${version}`));
  }
  writeFileSync(join(headers, 'c_api.h'), '');
  return folder;
}

describe.skipIf(process.platform !== 'linux')('The folder of a TensorFlow library', () => {
  it('is an unpacked Python wheel, or the package inside it', () => {
    const folder = unpacked('wheel');
    const expected = {
      kind: 'Python wheel', include: join(folder, 'tensorflow', 'include'),
      library: join(folder, 'tensorflow', 'libtensorflow_cc.so.2'), framework: join(folder, 'tensorflow', 'libtensorflow_framework.so.2'),
    };
    expect(findLibraries(folder)).toEqual(expected);
    expect(findLibraries(join(folder, 'tensorflow'))).toEqual(expected);
    mkdirSync(join(folder, 'nvidia'));
    expect(findLibraries(folder)).toEqual({ ...expected, nvidia: join(folder, 'nvidia') });
  });

  it('is a release for C, with versions in the names of its files', () => {
    const folder = unpacked('release', '.18.0');
    symlinkSync('libtensorflow.so.2.18.0', join(folder, 'lib', 'libtensorflow.so'));
    expect(findLibraries(folder)).toEqual({
      kind: 'C library', include: join(folder, 'include'),
      library: join(folder, 'lib', 'libtensorflow.so.2.18.0'), framework: join(folder, 'lib', 'libtensorflow_framework.so.2.18.0'),
    });
  });

  it('is refused when it is something else, saying what is accepted', () => {
    const complaint = (folder: string) => {
      try {
        findLibraries(folder);
      } catch (error) {
        expect(error).toBeInstanceOf(InputError);
        return (error as InputError).message;
      }
      throw new Error('was accepted');
    };
    expect(complaint(join(scratch, 'none'))).toMatch(/none: there is no such folder; expected an unpacked libtensorflow .* or an unpacked Python wheel/);
    expect(complaint(newFolder())).toContain('holds no TensorFlow library for this system; expected an unpacked libtensorflow');
    const wheel = join(newFolder(), 'tensorflow_cpu-2.21.0.whl');
    writeFileSync(wheel, '');
    expect(complaint(wheel)).toContain('is a file; unzip it first: unzip tensorflow_cpu-2.21.0.whl -d FOLDER');
    const bare = unpacked('wheel');
    truncateSync(join(bare, 'tensorflow', 'libtensorflow_framework.so.2'), 100_000);
    expect(complaint(bare)).toMatch(/libtensorflow_framework\.so\.2 is cut off: .* Unpack TensorFlow again/);
  });
});

describe.skipIf(process.platform !== 'linux')('Linking', () => {
  it('lays the libraries out under the names that the build and the loader look for', async () => {
    const root = newFolder();
    writeFakePackage(root, workingMain());
    const [installed] = findPackages(root);
    await putAside(installed);
    const wheel = unpacked('wheel');
    await layOut(installed, findLibraries(wheel));
    const target = (name: string) => readlinkSync(join(installed.libraries, name));
    for (const name of ['libtensorflow.so', 'libtensorflow.so.2', 'libtensorflow_cc.so.2']) {
      expect(target(name)).toBe(join(wheel, 'tensorflow', 'libtensorflow_cc.so.2'));
    }
    for (const name of ['libtensorflow_framework.so', 'libtensorflow_framework.so.2']) {
      expect(target(name)).toBe(join(wheel, 'tensorflow', 'libtensorflow_framework.so.2'));
    }
    expect(existsSync(join(installed.directory, 'deps', 'include', 'tensorflow', 'c', 'c_api.h'))).toBe(true);
    await forgetAside(installed);
    expect(existsSync(join(installed.directory, 'deps.before'))).toBe(false);
  });

  it('brings back what was linked before when it fails', async () => {
    const root = newFolder();
    const { addon, library } = writeFakePackage(root, workingMain());
    const contents = () => [addon, library].map((path) => readFileSync(path).toString('latin1'));
    const before = contents().join();
    // The stand-in has nothing that could be built.
    const error = await linkTensorflow(unpacked('release'), () => undefined, root).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(EnvironmentError);
    expect(error).toMatchObject({ message: expect.stringContaining('@mapbox/node-pre-gyp is missing. Run "npm install') });
    expect(contents().join() === before).toBe(true);
    const [installed] = findPackages(root);
    await putAside(installed);
    expect(existsSync(addon)).toBe(false);
    await bringBack(installed);
    expect(contents().join() === before).toBe(true);
  });

  it('to what is linked already only checks it', async () => {
    const root = newFolder();
    const { directory } = writeFakePackage(root, workingMain());
    const release = unpacked('release');
    symlinkSync(join(release, 'lib', 'libtensorflow.so.2'), join(directory, 'deps', 'lib', 'libtensorflow.so'));
    const steps: string[] = [];
    const result = await linkTensorflow(release, (step) => steps.push(step), root);
    expect(result).toMatchObject({ built: false, version: '2.21.0', kind: 'C library', gradientDifference: 0 });
    expect(steps.join('\n')).toContain('linked to it already');
  });

  it('needs the package, and says how to get it', async () => {
    const error = await linkTensorflow(unpacked('wheel'), () => undefined, newFolder()).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(EnvironmentError);
    expect(error).toMatchObject({
      code: 'tensorflow-missing', message: expect.stringMatching(/Run "npm install --no-save --ignore-scripts @tensorflow\/tfjs-node-gpu@4\.22\.0" in .*then this command again/),
    });
  });
});
