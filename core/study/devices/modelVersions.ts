import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/*
 * A refit never takes the place of the model that studies were searched with: it lies beside it, with a number after its
 * name. "phone.json" is followed by "phone-2.json" and "phone-3.json".
 */

/** The file that a model and all its refits are named after, without its ending. */
function stemOf(path: string): string {
  const name = basename(path).replace(/\.json$/i, '');
  const stem = /^(.+)-\d+$/.exec(name)?.[1];
  // "pixel-8" is a version of nothing as long as there is no "pixel".
  return stem !== undefined && existsSync(join(dirname(path), `${stem}.json`)) ? stem : name;
}

/** Files of a model and its refits that are there, the earliest first. @param path of any of them */
export function modelVersions(path: string): string[] {
  const folder = dirname(path);
  if (!existsSync(folder)) return [];
  const stem = stemOf(path);
  const numberOf = (name: string) => (name === `${stem}.json` ? 1 : name.startsWith(`${stem}-`) ? Number(/^(\d+)\.json$/.exec(name.slice(stem.length + 1))?.[1] ?? NaN) : NaN);
  return readdirSync(folder).filter((name) => numberOf(name) >= 1).sort((a, b) => numberOf(a) - numberOf(b)).map((name) => join(folder, name));
}

/** Where the next refit of a model belongs. @param isTaken tells of names that are others' */
export function nextVersion(path: string, isTaken: (name: string) => boolean = () => false): string {
  const stem = stemOf(path);
  for (let version = 2; ; version++) {
    const next = join(dirname(path), `${stem}-${version}.json`);
    if (!existsSync(next) && !isTaken(`${stem}-${version}`)) return next;
  }
}
