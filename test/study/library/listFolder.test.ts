import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { listFolder } from '../../../core/study/library/listFolder.ts';
import { scratchFolder } from '../scratch.ts';

const folder = scratchFolder();
for (const name of ['b-study', 'Images', '.hidden']) mkdirSync(join(folder, name));
for (const name of ['b-study/study.json', 'study10.yaml', 'study2.yml', 'net.onnx', 'phone.JSON', 'notes.txt', '.secret.json']) {
  writeFileSync(join(folder, name), '');
}

describe('listing a folder', () => {
  it('shows folders first, then files that can be chosen, and nothing hidden', async () => {
    const { path, parent, entries } = await listFolder(folder);
    expect({ path, parent }).toEqual({ path: folder, parent: dirname(folder) });
    expect(entries.map(({ name, kind }) => [name, kind])).toEqual([
      ['b-study', 'study'], ['Images', 'folder'],
      ['net.onnx', 'model'], ['phone.JSON', 'json'], ['study2.yml', 'study-file'], ['study10.yaml', 'study-file'],
    ]);
    expect(entries[0].path).toBe(join(folder, 'b-study'));
  });

  it('takes a file for the folder that it is in, and nothing for the home folder', async () => {
    expect((await listFolder(join(folder, 'net.onnx'))).path).toBe(folder);
    expect((await listFolder(null)).path).toBe(homedir());
    expect((await listFolder('~')).path).toBe(homedir());
  });

  it('offers places to begin from, and ends at the top', async () => {
    const { roots } = await listFolder(folder);
    expect(roots.map(({ path }) => path)).toEqual(expect.arrayContaining([homedir(), process.cwd()]));
    expect((await listFolder(roots[roots.length - 1].path)).parent).toBeNull();
  });

  it('says what to do about a folder that is not there', async () => {
    await expect(listFolder(join(folder, 'nowhere'))).rejects.toThrow(expect.objectContaining({
      code: 'missing-folder', message: expect.stringContaining('Check its spelling'),
    }));
  });

  it.skipIf(process.platform === 'win32')('follows links to folders and leaves out broken ones', async () => {
    symlinkSync(join(folder, 'Images'), join(folder, 'link'));
    symlinkSync(join(folder, 'gone'), join(folder, 'broken'));
    const names = (await listFolder(folder)).entries.map(({ name }) => name);
    expect(names).toContain('link');
    expect(names).not.toContain('broken');
  });
});
