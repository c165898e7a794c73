import { existsSync, statSync } from 'node:fs';
import { basename, extname, isAbsolute, relative, resolve, sep } from 'node:path';
import { checksPath } from '../checks/modelChecks.ts';
import { ownDevicePath } from '../devices/namedDevice.ts';
import type { Path } from '../validationText.ts';
import { imageFolder, type PackableJob } from './job.ts';

/** What a job's settings name outside its folder, and what its archive makes of that. */
export interface OutsideLinks {
  /** Files that go along, by their place in the archive. */
  readonly files: readonly { readonly path: string; readonly source: string }[];
  /** Changes of the file of settings. */
  readonly edits: readonly { readonly path: Path; readonly value: unknown }[];
  /** Folders that stay behind. */
  readonly missing: readonly { readonly setting: string; readonly path: string }[];
}

/**
 * Files of device models, teachers, weights and architectures go along and are named by their new place; folders of images and of other
 * studies stay behind and are named by where they were.
 * @throws InputError `unknown-device` for a device model that is not there
 */
export function outsideLinks(job: PackableJob): OutsideLinks {
  const { directory, baseDir, settings } = job;
  const taken = new Map<string, string>();
  const edits: { path: Path; value: unknown }[] = [];
  const missing: { setting: string; path: string }[] = [];
  const take = (folder: string, source: string): string => {
    const inside = within(directory, source);
    if (inside !== undefined) return inside;
    for (let number = 1; ; number++) {
      const path = `${folder}/${number === 1 ? '' : `${number}/`}${basename(source)}`;
      if ((taken.get(path) ?? source) !== source || existsSync(resolve(directory, path))) continue;
      taken.set(path, source);
      return path;
    }
  };
  const link = (path: Path, folder: string, named: string) => {
    const place = take(folder, resolve(baseDir, named));
    if (place !== named) edits.push({ path, value: place });
  };
  const leave = (setting: string, path: string) => missing.push({ setting, path: resolve(baseDir, path) });

  const device = (path: string): string => {
    const place = take('devices', path);
    // What a model was put to the test with lies beside it.
    if (within(directory, path) === undefined && existsSync(checksPath(path))) taken.set(checksPath(place), checksPath(path));
    return place;
  };
  settings.devices.forEach((choice, i) => {
    const { name, file } = typeof choice === 'string' ? namedOrFile(choice, baseDir) : { file: undefined, ...choice };
    const own = ownDevicePath(file === undefined ? name! : resolve(baseDir, file));
    if (own === undefined) return;
    const place = device(own);
    if (place === file) return;
    const rest = typeof choice === 'string' ? {} : Object.fromEntries(Object.entries(choice).filter(([key]) => key !== 'name' && key !== 'file'));
    edits.push({ path: ['devices', i], value: job.kind === 'training' ? place : { file: place, ...rest } });
  });
  settings.training?.distillation.teachers.forEach(({ file }, i) => link(['training', 'distillation', 'teachers', i, 'file'], 'teachers', file));
  const images = imageFolder(job);
  if (images && images.path !== resolve(baseDir, images.path)) edits.push({ path: ['data', 'path'], value: resolve(baseDir, images.path) });
  if (job.kind === 'study') {
    job.settings.search.warmStart.forEach((folder, i) => {
      leave(`search.warmStart.${i}`, folder);
      edits.push({ path: ['search', 'warmStart', i], value: resolve(baseDir, folder) });
    });
  } else {
    const { start, arch } = job.settings;
    if (start.weights !== undefined) link(['start', 'weights'], 'start', start.weights);
    if (start.study !== undefined) {
      leave('start.study', start.study);
      edits.push({ path: ['start', 'study'], value: resolve(baseDir, start.study) });
    }
    if (typeof arch === 'string' && extname(arch) !== '' && isFile(resolve(baseDir, arch))) link(['arch'], 'start', arch);
  }
  return { files: [...taken].map(([path, source]) => ({ path, source })), edits, missing };
}

/** A training names devices by one text for both. */
function namedOrFile(text: string, baseDir: string): { name?: string; file?: string } {
  return isFile(resolve(baseDir, text)) ? { file: text } : { name: text };
}

/** A file's place in a folder with forward slashes; undefined for one that lies elsewhere. */
export function within(folder: string, path: string): string | undefined {
  const inside = relative(resolve(folder), resolve(path));
  return inside === '' || inside === '..' || inside.startsWith(`..${sep}`) || isAbsolute(inside) ? undefined : inside.split(sep).join('/');
}

const isFile = (path: string) => statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
