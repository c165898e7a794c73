import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { fetchElectron, findElectron } from '../../electron/electronProgram.js';

const top = fileURLToPath(new URL('../../', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'start-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const program = process.platform === 'win32' ? 'electron.exe' : process.platform === 'darwin' ? 'Electron.app/Contents/MacOS/Electron' : 'electron';

describe('finding Electron', () => {
  it('looks where the person says, and only there', () => {
    const place = join(folder, 'given');
    expect(findElectron({ ELECTRON_OVERRIDE_DIST_PATH: place }, folder)).toBeUndefined();
    mkdirSync(join(place, program, '..'), { recursive: true });
    writeFileSync(join(place, program), '');
    expect(findElectron({ ELECTRON_OVERRIDE_DIST_PATH: place }, undefined)).toBe(join(place, program));
  });

  it('finds none in a package whose program was never fetched', () => {
    expect(findElectron({}, folder)).toBeUndefined();
    expect(findElectron({}, undefined)).toBeUndefined();
  });
});

describe('fetching Electron', () => {
  const fetch = (script: string, quietMs = 60_000) => fetchElectron({ folder, quietMs, command: [process.execPath, '-e', script] });

  it('says the first line of what went wrong', async () => {
    expect(await fetch('console.error("Error: connect ECONNREFUSED 127.0.0.1:9\\n at x"); process.exit(1)')).toBe('Error: connect ECONNREFUSED 127.0.0.1:9');
    expect(await fetch('')).toBeUndefined();
    expect(await fetch('process.exit(4)')).toBe('the download ended with code 4');
  });

  it('gives up when nothing comes', async () => {
    expect(await fetch('setInterval(() => {}, 1000)', 300)).toMatch(/^nothing came for/);
  });
});

describe('npm start', () => {
  it('opens the workbench in the browser, after one line, where Electron cannot be fetched', () => {
    // A copy of the launcher beside a command line that only says how it was called; the download's address refuses.
    const copy = join(folder, 'copy');
    for (const each of ['electron', 'core/base']) cpSync(join(top, each), join(copy, each), { recursive: true });
    symlinkSync(join(top, 'node_modules'), join(copy, 'node_modules'), 'junction');
    mkdirSync(join(copy, 'core', 'cli'), { recursive: true });
    writeFileSync(join(copy, 'package.json'), '{"type": "module"}');
    writeFileSync(join(copy, 'core', 'cli', 'bin.js'), 'console.log(process.argv.slice(2).join(" "));');
    const env = { ...process.env, ELECTRON_MIRROR: 'http://127.0.0.1:9/', electron_config_cache: join(folder, 'cache'), ELECTRON_OVERRIDE_DIST_PATH: '' };
    if (findElectron({}) !== undefined) env.ELECTRON_OVERRIDE_DIST_PATH = join(folder, 'nowhere');
    const { stdout, stderr, status } = spawnSync(process.execPath, [join(copy, 'electron', 'start.js'), '--port', '0'], { encoding: 'utf8', env });
    expect(stdout).toBe('serve --open --port 0\n');
    expect(stderr).toMatch(/Electron is not available \(.+\); opening the workbench in the browser instead\.\n$/);
    expect(status).toBe(0);
  });

  it.skipIf(process.platform === 'win32')('hands the exit code of the desktop app on', () => {
    const place = join(folder, 'stub');
    mkdirSync(join(place, program, '..'), { recursive: true });
    writeFileSync(join(place, program), '#!/bin/sh\necho "$@" from "$POCKETFORMER_NODE"\nexit 7\n');
    chmodSync(join(place, program), 0o755);
    const copy = join(folder, 'copy');
    writeFileSync(join(copy, 'electron', 'build', 'compile.js'), 'export function compile() {}');
    writeFileSync(join(copy, 'core', 'cli', 'windowFiles.ts'), 'export const windowFolder = () => undefined;');
    const { stdout, status } = spawnSync(process.execPath, [join(copy, 'electron', 'start.js')],
      { encoding: 'utf8', env: { ...process.env, ELECTRON_OVERRIDE_DIST_PATH: place } });
    expect(stdout.trim()).toBe(`dist/app/electron/main.js from ${process.execPath}`);
    expect(status).toBe(7);
  });
});
