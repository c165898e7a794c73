import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm, symlink } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { sharedName, type LibraryFolder } from './libraryFolder.ts';
import type { TensorflowPackage } from './package.ts';

/** What the package's build reads and makes, below its folder. */
const nativeParts = ['deps', 'lib'];
const aside = (part: string) => `${part}.before`;

/** Links the libraries into the package under the names that its addon's build and the addon itself look for. */
export async function layOut(installed: TensorflowPackage, { library, framework, include, nvidia }: LibraryFolder): Promise<void> {
  const { directory, libraries } = installed;
  await mkdir(libraries, { recursive: true });
  await symlink(include, join(directory, 'deps', 'include'));
  // A wheel's libraries look for NVIDIA's at ../nvidia.
  if (nvidia !== undefined) await symlink(nvidia, join(directory, 'deps', 'nvidia'));
  const development = process.platform === 'darwin' ? 'dylib' : 'so';
  for (const [target, name] of [[library, 'libtensorflow'], [framework, 'libtensorflow_framework']]) {
    // The addon is linked by the first name; the loader then asks for the name that the library gives itself.
    const own = basename(target).replace(/(\.so\.\d+)[\d.]*$/, '$1').replace(/(\.\d+)[\d.]*\.dylib$/, '$1.dylib');
    for (const each of new Set([`${name}.${development}`, sharedName(name), own, basename(target)])) {
      await symlink(target, join(libraries, each));
    }
  }
}

/** Puts the package's native parts aside, so that a build that fails leaves what worked before. */
export async function putAside({ directory }: TensorflowPackage): Promise<void> {
  for (const part of nativeParts) {
    await rm(join(directory, aside(part)), { recursive: true, force: true });
    if (existsSync(join(directory, part))) await rename(join(directory, part), join(directory, aside(part)));
  }
  await removeObjects(directory);
}

/** Objects of an earlier build would be taken for fresh ones. */
async function removeObjects(directory: string): Promise<void> {
  for (const name of await readdir(directory)) {
    if (/^build(-tmp.*)?$/.test(name)) await rm(join(directory, name), { recursive: true, force: true });
  }
}

/** Brings back what was put aside. */
export async function bringBack({ directory }: TensorflowPackage): Promise<void> {
  for (const part of nativeParts) {
    await rm(join(directory, part), { recursive: true, force: true });
    if (existsSync(join(directory, aside(part)))) await rename(join(directory, aside(part)), join(directory, part));
  }
  await removeObjects(directory);
}

export async function forgetAside({ directory }: TensorflowPackage): Promise<void> {
  for (const part of nativeParts) await rm(join(directory, aside(part)), { recursive: true, force: true });
  await removeObjects(directory);
}
