import { readFile, readdir, truncate, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { EnvironmentError } from '../../core/base/errors.ts';
import { type ImageFolderOptions, loadImageFolder } from '../../core/data/folder.ts';
import { allPixels, bands, put, temporaryFolder } from './pictures.ts';

const size = 8;
let root = '';
let cacheDir = '';

beforeEach(async () => {
  root = await temporaryFolder();
  cacheDir = await temporaryFolder();
  for (const name of ['cat', 'dog']) {
    for (let i = 0; i < 6; i++) {
      await put(root, `${name}/${i}.png`, bands([name === 'cat' ? 'red' : 'blue', `rgb(9,${i},9)`]).png());
    }
  }
  await put(root, 'cat/broken.jpg', 'not an image');
});

/** The loaded set as plain values, and how many progress reports it took: one when nothing was decoded. */
async function load(options: Partial<ImageFolderOptions> = {}) {
  let reports = 0;
  const set = await loadImageFolder({
    path: root, imageSize: size, valFraction: 0.25, seed: 1, cacheDir, onProgress: () => reports++, ...options,
  });
  const value = {
    id: set.id,
    skipped: set.skipped,
    labels: [...set.train.labels, ...set.val.labels],
    pixels: [...allPixels(set.train, size), ...allPixels(set.val, size)],
  };
  return { set, value, decoded: reports > 1 };
}

async function cacheFile(): Promise<string> {
  const names = await readdir(cacheDir);
  expect(names).toHaveLength(1);
  return join(cacheDir, names[0]);
}

describe('the cache of decoded images', () => {
  it('gives the same set without decoding again', async () => {
    const first = await load();
    const second = await load();
    expect([first.decoded, second.decoded]).toEqual([true, false]);
    expect(second.value).toEqual(first.value);
  });

  it.each(['a pixel', 'the checksums', 'the description', 'the footer'])('is rebuilt when %s is damaged', async (place) => {
    const first = await load();
    const path = await cacheFile();
    const bytes = await readFile(path);
    const offsets = {
      'a pixel': 100,
      'the checksums': 13 * 3 * size * size + 5, // Thirteen files, one of them broken.
      'the description': bytes.length - 40,
      'the footer': bytes.length - 3,
    };
    bytes[offsets[place as keyof typeof offsets]] ^= 1;
    await writeFile(path, bytes);
    const second = await load();
    expect(second.decoded).toBe(true);
    expect(second.value).toEqual(first.value);
    expect((await load()).decoded).toBe(false);
  });

  it.each([0, 7, 1000])('is rebuilt when it was cut to %i bytes', async (length) => {
    const first = await load();
    await truncate(await cacheFile(), length);
    const second = await load();
    expect(second.decoded).toBe(true);
    expect(second.value).toEqual(first.value);
  });

  it('is not used for files that changed, nor for another size', async () => {
    const first = await load();
    await put(root, 'dog/3.png', bands(['lime']).png());
    await utimes(join(root, 'dog/3.png'), 1000, 1000);
    const changed = await load();
    expect(changed.decoded).toBe(true);
    expect(changed.value.id).not.toBe(first.value.id);
    expect((await loadImageFolder({ path: root, imageSize: 16, valFraction: 0.25, seed: 1, cacheDir })).imageSize).toBe(16);
  });

  it('serves images from disk when they exceed the memory limit', async () => {
    const inMemory = await load();
    const onDisk = await load({ memoryLimitBytes: 0 });
    expect(onDisk.decoded).toBe(false);
    expect(onDisk.value).toEqual(inMemory.value);
    const bytes = await readFile(await cacheFile());
    await writeFile(await cacheFile(), bytes.map((value, i) => (i < 13 * 3 * size * size ? value ^ 1 : value)));
    expect(() => allPixels(onDisk.set.train, size)).toThrow(EnvironmentError);
    expect(() => allPixels(onDisk.set.train, size)).toThrow(/Delete this file and start again/);
    onDisk.set.close();
  });

  it('clears away what a killed process left unfinished', async () => {
    await load();
    const path = await cacheFile();
    await truncate(path, 10);
    // No process has this number: Linux ends at 4,194,304 and Windows counts in fours.
    await writeFile(`${path}.${hostname()}.99999999.left.tmp`, 'half a cache');
    await load();
    expect(await cacheFile()).toBe(path);
  });

  it('says so when it cannot be written', async () => {
    const file = join(root, 'README');
    await writeFile(file, 'not a folder');
    await expect(load({ cacheDir: file })).rejects.toMatchObject({ code: 'data-cache' });
  });
});
