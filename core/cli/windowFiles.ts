import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EnvironmentError } from '../base/errors.ts';

const top = fileURLToPath(new URL('../../', import.meta.url));
const built = join(top, 'dist', 'renderer');
/** Beside the compiled program. */
const shipped = join(top, '..', 'renderer');
const config = join(top, 'renderer', 'vite.config.ts');
const vite = join(top, 'node_modules', 'vite', 'bin', 'vite.js');
/** What the window is made from. */
const sources = ['renderer', join('core', 'api'), join('core', 'search')].map((folder) => join(top, folder));

/**
 * Folder of the built window; in a working copy it is built first when it is missing or older than its sources.
 * @throws EnvironmentError `no-window` or `window-build-failed`
 */
export async function windowFolder(note: (line: string) => void): Promise<string> {
  if (existsSync(config) && existsSync(vite)) {
    if (await isStale()) {
      note('Building the window ...');
      await build();
    }
    return built;
  }
  for (const folder of [built, shipped]) if (existsSync(join(folder, 'index.html'))) return folder;
  throw new EnvironmentError('no-window', `The window's files are missing: there is no ${join(built, 'index.html')}. Run "npm ci" with development dependencies.`);
}

async function isStale(): Promise<boolean> {
  const page = await stat(join(built, 'index.html')).catch(() => undefined);
  if (page === undefined) return true;
  for (const folder of sources) if (await newestMs(folder) > page.mtimeMs) return true;
  return false;
}

async function newestMs(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const times = await Promise.all(entries.filter((entry) => entry.isFile())
    .map(async (entry) => (await stat(join(entry.parentPath, entry.name))).mtimeMs));
  return times.reduce((newest, time) => Math.max(newest, time), 0);
}

function build(): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [vite, 'build', '--config', config, '--logLevel', 'warn'], {
      cwd: top, stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: '0' },
    });
    let output = '';
    child.stdout.on('data', (text: Buffer) => { output += text.toString(); });
    child.stderr.on('data', (text: Buffer) => { output += text.toString(); });
    child.once('error', reject);
    child.once('exit', (code) => {
      if (code === 0) resolve();
      else reject(new EnvironmentError('window-build-failed', `The window could not be built: ${firstProblem(output)} "npx vite build --config renderer/vite.config.ts" says more.`));
    });
  });
}

/** The line that tells most: what could not be resolved or parsed, rather than that something failed. */
function firstProblem(output: string): string {
  const lines = output.split('\n').map((line) => line.trim()).filter((line) => line !== '');
  return lines.find((line) => /\[[A-Z_]+\]/.test(line)) ?? lines.find((line) => /error/i.test(line)) ?? lines[0] ?? 'no reason was given.';
}
