// Finds Electron's program, or fetches it. Plain JavaScript, like the launcher that uses it.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const programs = { darwin: 'Electron.app/Contents/MacOS/Electron', win32: 'electron.exe' };

/** Folder of the installed electron package, or undefined. */
export function electronPackage() {
  try {
    return dirname(createRequire(import.meta.url).resolve('electron/package.json'));
  } catch {
    return undefined;
  }
}

/** Path of an Electron program that is there already, or undefined. */
export function findElectron(env = process.env, folder = electronPackage()) {
  const program = programs[process.platform] ?? 'electron';
  const override = env.ELECTRON_OVERRIDE_DIST_PATH;
  if (override) return existing(join(override, program));
  if (folder === undefined) return undefined;
  const pathFile = join(folder, 'path.txt');
  return existing(join(folder, 'dist', existsSync(pathFile) ? readFileSync(pathFile, 'utf8') : program));
}

/**
 * Runs the package's own download. Resolves to undefined on success, otherwise to a short reason; gives up when nothing
 * comes for a while, because a closed network may swallow the request.
 */
export function fetchElectron({ folder = electronPackage(), quietMs = 60_000, command, note = () => undefined }) {
  if (folder === undefined) return Promise.resolve('the electron package is not installed');
  const [program, ...args] = command ?? [process.execPath, join(folder, 'install.js')];
  return new Promise((resolve) => {
    note('Fetching Electron (once, about 120 MB) ...');
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let complaint = '';
    let isQuiet = false;
    let timer;
    const wait = () => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        isQuiet = true;
        child.kill('SIGKILL');
      }, quietMs);
    };
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (data) => {
        complaint ||= data.toString().split('\n').find((line) => line.trim() !== '') ?? '';
        wait();
      });
    }
    wait();
    child.once('error', (error) => {
      clearTimeout(timer);
      resolve(error.message);
    });
    child.once('close', (code) => {
      clearTimeout(timer);
      if (isQuiet) resolve(`nothing came for ${Math.round(quietMs / 1000)} s`);
      else resolve(code === 0 ? undefined : complaint.trim() || `the download ended with code ${code}`);
    });
  });
}

function existing(path) {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ? path : undefined;
}
