import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, describe, expect, it } from 'vitest';
import { dataSchema, loadData } from '../../core/data/config.ts';
import { inspectData } from '../../core/data/inspect.ts';

const scratch = mkdtempSync(join(tmpdir(), 'pocketformer-test-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const options = { baseDir: scratch, thumbnailsPerClass: 2, size: 24 };

async function picture(path: string, colour: { r: number; g: number; b: number }) {
  mkdirSync(join(scratch, path, '..'), { recursive: true });
  await sharp({ create: { width: 40, height: 30, channels: 3, background: colour } }).png().toFile(join(scratch, path));
}

async function firstPixel(png: Uint8Array): Promise<number[]> {
  const { data, info } = await sharp(png).raw().toBuffer({ resolveWithObject: true });
  expect(info).toMatchObject({ width: 24, height: 24, channels: 3 });
  return [...data.subarray(0, 3)];
}

describe('a first look at images', () => {
  it('counts the classes of a divided folder and shows pictures of each', async () => {
    for (let i = 0; i < 5; i++) await picture(`divided/train/red/${i}.png`, { r: 255, g: 0, b: 0 });
    for (let i = 0; i < 3; i++) await picture(`divided/train/blue/${i}.png`, { r: 0, g: 0, b: 255 });
    for (const name of ['red', 'blue']) await picture(`divided/val/${name}/1.png`, { r: 9, g: 9, b: 9 });
    const found = await inspectData(dataSchema.parse({ kind: 'folder', path: 'divided', imageSize: 32 }), options);
    expect(found).toMatchObject({
      trainImages: 8, valImages: 2, imageSize: 32, problems: [],
      classes: [{ name: 'blue', train: 3, val: 1 }, { name: 'red', train: 5, val: 1 }],
    });
    expect(found.classes.map(({ thumbnails }) => thumbnails.length)).toEqual([2, 2]);
    expect(await firstPixel(found.classes[0].thumbnails[0])).toEqual([0, 0, 255]);
    expect(await firstPixel(found.classes[1].thumbnails[1])).toEqual([255, 0, 0]);
  });

  it('counts the automatic split as loading does', async () => {
    for (const [name, count] of [['a', 7], ['b', 25]] as const) {
      for (let i = 0; i < count; i++) await picture(`plain/${name}/${i}.png`, { r: i, g: 0, b: 0 });
    }
    const config = dataSchema.parse({ kind: 'folder', path: 'plain', imageSize: 8, valFraction: 0.2 });
    const data = await loadData(config, { baseDir: scratch, cacheDir: join(scratch, 'cache'), seed: 1 });
    const found = await inspectData(config, options);
    expect(found.classes.map(({ name }) => name)).toEqual(data.classes);
    found.classes.forEach(({ train, val }, label) => {
      expect(train).toBe([...data.train.labels].filter((each) => each === label).length);
      expect(val).toBe([...data.val.labels].filter((each) => each === label).length);
    });
    data.close();
  });

  it('tells what cannot be used', async () => {
    await picture('odd/a/1.png', { r: 1, g: 1, b: 1 });
    await picture('odd/a/2.png', { r: 1, g: 1, b: 1 });
    writeFileSync(join(scratch, 'odd/a/3.gif'), 'GIF89a');
    mkdirSync(join(scratch, 'odd/b'));
    writeFileSync(join(scratch, 'odd/b/1.jpg'), 'not a picture');
    mkdirSync(join(scratch, 'odd/c'));
    const { classes, problems } = await inspectData(dataSchema.parse({ kind: 'folder', path: 'odd', imageSize: 32 }), options);
    expect(classes.map(({ train, val }) => [train, val])).toEqual([[1, 1], [1, 0], [0, 0]]);
    expect(problems).toEqual([
      'Class "c" has no images to train on.', 'Classes "b", "c" have no images to validate with.',
      '1 image is in a format that is not read; JPEG, PNG and WebP are.',
      `${join(scratch, 'odd', 'b', '1.jpg')}: its content is not JPEG, PNG or WebP.`,
    ]);
  });

  it('says so when there is no folder', async () => {
    await expect(inspectData(dataSchema.parse({ kind: 'folder', path: 'none', imageSize: 32 }), options))
      .rejects.toThrow(expect.objectContaining({ code: 'data-missing' }));
  });

  it('shows the images that the synthetic set will have', async () => {
    const config = dataSchema.parse({ kind: 'synthetic', imageSize: 24, trainImages: 25, valImages: 12 });
    const found = await inspectData(config, { ...options, seed: 7 });
    const data = await loadData(config, { baseDir: scratch, cacheDir: scratch, seed: 7 });
    expect(found.classes.map(({ name }) => name)).toEqual(data.classes);
    expect(found.classes.map(({ train }) => train)).toEqual([3, 3, 3, 3, 3, 2, 2, 2, 2, 2]);
    expect(found.classes.map(({ val }) => val)).toEqual([2, 2, 1, 1, 1, 1, 1, 1, 1, 1]);
    const image = new Uint8Array(3 * 24 * 24);
    data.train.read(13, image);
    const shown = await sharp(found.classes[3].thumbnails[1]).raw().toBuffer();
    expect([shown[0], shown[1], shown[2]]).toEqual([image[0], image[24 * 24], image[2 * 24 * 24]]);
  });
});
