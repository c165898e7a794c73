import { execFile, spawn } from 'node:child_process';
import { existsSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { bin, pocketformer, repository, scratchFolder } from './cliProcess.ts';

const folder = scratchFolder();
const { version } = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8')) as { version: string };

describe('The program', () => {
  it('runs from any folder', async () => {
    expect(await pocketformer(['--version'], { cwd: folder })).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
  });

  it('is found by npx in a clone, without installing anything', async () => {
    const npx = process.platform === 'win32' ? 'npx.cmd' : 'npx';
    const { stdout } = await promisify(execFile)(npx, ['--no-install', 'pocketformer', '--version'], {
      cwd: join(repository, 'examples'), shell: process.platform === 'win32',
    });
    expect(stdout).toBe(`${version}\n`);
  });

  it('says in one line that Node is too old', async () => {
    const old = `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '18.20.8' } });
      await import(${JSON.stringify(pathToFileURL(bin).href)});`;
    const child = promisify(execFile)(process.execPath, ['--input-type=module', '--eval', old]);
    await expect(child).rejects.toMatchObject({
      code: 1, stdout: '', stderr: 'pocketformer: needs Node.js 20.19 or later; this is 18.20.8.\n',
    });
  });

  it('ends with 0, 2 or 1: success, wrong input, a failure of the surroundings', async () => {
    expect((await pocketformer(['spaces'])).code).toBe(0);
    expect(await pocketformer(['describe', '--space', 'elasticvit', '--arch', 'T9', '--json'])).toMatchObject({
      code: 2, stdout: '', stderr: expect.stringMatching(/^pocketformer: "T9" is no architecture of elasticvit\.[^\n]*\n$/) as string,
    });
    writeFileSync(join(folder, 'study.yaml'), 'version: 1\nspace: elasticvit-mini\ndata: {kind: synthetic}\ndevices: [pixel6]\n');
    expect(await pocketformer(['run', 'study.yaml', '--out', join('study.yaml', 'below')], { cwd: folder })).toMatchObject({
      code: 1, stdout: '', stderr: expect.stringMatching(/^pocketformer: Cannot write [^\n]*\n$/) as string,
    });
  });

  it('leaves nothing of a study that names an unknown device or missing images', async () => {
    const refused = async (name: string, text: string) => {
      writeFileSync(join(folder, name), text);
      const ended = await pocketformer(['run', name, '--quiet', '--out', 'never'], { cwd: folder });
      expect(ended).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(/^pocketformer: [^\n]*\n$/) as string });
      expect(existsSync(join(folder, 'never'))).toBe(false);
      return ended.stderr;
    };
    const head = 'version: 1\nspace: elasticvit-mini\n';
    expect(await refused('a.yaml', `${head}data: {kind: synthetic}\ndevices: [nokia]\n`)).toContain('"nokia"');
    expect(await refused('b.yaml', `${head}data: {kind: folder, path: nowhere, imageSize: 32}\ndevices: [pixel6]\n`)).toContain('nowhere');
  });

  it('hands architectures from one command to the next', async () => {
    const sampled = await pocketformer(['sample', '--space', 'elasticvit', '--count', '20', '--seed', '5', '--json']);
    const predicted = await pocketformer(
      ['predict', '--space', 'elasticvit', '--device', 'pixel4', '--archs', '-', '--json'], { input: sampled.stdout },
    );
    const archs = predicted.stdout.trim().split('\n').map((line) => (JSON.parse(line) as { arch: unknown }).arch);
    expect(archs).toEqual(sampled.stdout.trim().split('\n').map((line) => JSON.parse(line) as unknown));
  });

  it('ends quietly when nobody reads on', async () => {
    const child = spawn(process.execPath, [bin, 'sample', '--space', 'elasticvit', '--count', '20000', '--json'], { stdio: 'pipe' });
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => { stderr += text; });
    child.stdout.once('data', () => child.stdout.destroy());
    const code = await new Promise((resolve) => { child.on('close', resolve); });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });

  it.skipIf(!existsSync('/dev/full'))('says when its results cannot be written (skipped: needs /dev/full)', async () => {
    const child = spawn(process.execPath, [bin, 'spaces'], { stdio: ['ignore', openSync('/dev/full', 'w'), 'pipe'] });
    let stderr = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => { stderr += text; });
    const code = await new Promise((resolve) => { child.on('close', resolve); });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^pocketformer: Cannot write to standard output: ENOSPC[^\n]*\n$/);
  });
});
