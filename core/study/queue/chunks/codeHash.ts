import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Of `core/`: the code that decides what chunks look like and what their results are. */
const folders = ['base', 'graph', 'network', 'spaces', 'engine', 'model', 'data', 'training', 'scoring', 'study/queue', 'study/scoring'];
const isCode = /\.(ts|js|json|wasm)$/;

/** Where a compiled program, which has other files, keeps the hash of what it was compiled from; relative to its `core/`. */
export const codeHashFile = 'code.sha256';

/**
 * Tells two states of the code apart that call themselves by the same version: SHA-256 of the sources, whatever ends their lines, and of the
 * libraries' versions.
 * @param top folder of `core/` and `package.json`
 */
export function codeHashOf(top: string): string {
  const hash = createHash('sha256');
  const { dependencies } = JSON.parse(readFileSync(join(top, 'package.json'), 'utf8')) as { dependencies?: unknown };
  hash.update(JSON.stringify(dependencies ?? {}));
  const core = join(top, 'core');
  const files = folders.filter((folder) => existsSync(join(core, folder))).flatMap((folder) => readdirSync(join(core, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && isCode.test(entry.name)).map((entry) => relative(core, join(entry.parentPath, entry.name))));
  for (const file of files.sort()) {
    const text = readFileSync(join(core, file), 'latin1').replaceAll('\r\n', '\n');
    hash.update(`\0${file.split(sep).join('/')}\0${text.length}\0`).update(text, 'latin1');
  }
  return hash.digest('hex');
}

let known: string | undefined;

/** That of this program. */
export function codeHash(): string {
  return known ??= ownHash(fileURLToPath(new URL('../../../../', import.meta.url)));
}

function ownHash(top: string): string {
  const written = join(top, 'core', codeHashFile);
  return existsSync(written) ? readFileSync(written, 'utf8').trim() : codeHashOf(top);
}
