import { execFileSync } from 'node:child_process';
import { chmod, mkdir, readdir, rename, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { CancelledError, InputError } from '../../core/base/errors.ts';
import { type ImageFolderOptions, loadImageFolder } from '../../core/data/folder.ts';
import { allPixels, bands, grain, pixelAt, put, temporaryFolder } from './pictures.ts';

const size = 8;
let cacheDir = '';
beforeAll(async () => {
  cacheDir = await temporaryFolder();
});

function load(path: string, options: Partial<ImageFolderOptions> = {}) {
  return loadImageFolder({ path, imageSize: size, valFraction: 0.1, seed: 1, cacheDir, ...options });
}

async function codeOf(path: string, options: Partial<ImageFolderOptions> = {}): Promise<[string, string]> {
  try {
    await load(path, options);
  } catch (error) {
    if (error instanceof InputError) return [error.code, error.message];
    throw error;
  }
  return ['none', ''];
}

/** `count` distinct pictures per class, in shades that name class and picture. */
async function undividedFolder(counts: Record<string, number>): Promise<string> {
  const root = await temporaryFolder();
  for (const [c, [name, count]] of Object.entries(counts).entries()) {
    for (let i = 0; i < count; i++) {
      await put(root, `${name}/${i}.png`, bands([`rgb(${c},${i},200)`], size, size).png());
    }
  }
  return root;
}

describe('a folder with train/ and val/', () => {
  it('is loaded as it is divided, classes and files in bytewise order', async () => {
    const root = await temporaryFolder();
    for (const [c, name] of ['zebra', 'Ant', 'äffchen', 'bee'].entries()) {
      await put(root, `train/${name}/10.png`, bands([`rgb(${c},10,0)`]).png());
      await put(root, `train/${name}/9.png`, bands([`rgb(${c},9,0)`]).png());
      await put(root, `val/${name}/1.webp`, bands([`rgb(${c},1,0)`]).webp({ lossless: true }));
    }
    const set = await load(root);
    expect(set.classes).toEqual(['Ant', 'bee', 'zebra', 'äffchen']);
    expect([...set.train.labels]).toEqual([0, 0, 1, 1, 2, 2, 3, 3]);
    expect([...set.val.labels]).toEqual([0, 1, 2, 3]);
    expect(set.imageSize).toBe(size);
    expect(set.skipped).toEqual([]);
    const image = new Uint8Array(3 * size * size);
    set.train.read(1, image);
    expect(pixelAt(image, size, 4, 4)).toEqual([1, 9, 0]);
    set.val.read(2, image);
    expect(pixelAt(image, size, 4, 4)).toEqual([0, 1, 0]);
  });

  it('must have the same classes in both, and the odd one is named', async () => {
    const root = await temporaryFolder();
    for (const path of ['train/cat', 'train/dog', 'train/owl', 'val/cat', 'val/dog', 'val/fox']) {
      await put(root, `${path}/1.png`, grain().png());
    }
    const [code, message] = await codeOf(root);
    expect(code).toBe('data-class-mismatch');
    expect(message).toContain('val/ has no folder for class "owl"');
    expect(message).toContain('train/ has no folder for class "fox"');
  });

  it('must have images of every class in both', async () => {
    const root = await temporaryFolder();
    for (const path of ['train/cat', 'train/dog', 'val/cat']) await put(root, `${path}/1.png`, grain().png());
    await put(root, 'val/dog/broken.jpg', 'no image');
    const [code, message] = await codeOf(root);
    expect(code).toBe('data-class-empty');
    expect(message).toContain('"dog"');
    expect(message).toContain('to validate with (1 skipped, the first val/dog/broken.jpg: its content is not');
  });

  it('may call a class train', async () => {
    const root = await undividedFolder({ train: 4, ship: 4 });
    expect((await load(root)).classes).toEqual(['ship', 'train']);
  });
});

describe('a folder of classes alone', () => {
  it('is split per class, every image in exactly one part', async () => {
    const set = await load(await undividedFolder({ a: 20, b: 10, c: 2 }), { valFraction: 0.2 });
    const count = (labels: Int32Array) => [0, 1, 2].map((c) => labels.filter((label) => label === c).length);
    expect(count(set.val.labels)).toEqual([4, 2, 1]);
    expect(count(set.train.labels)).toEqual([16, 8, 1]);
    const names = (['train', 'val'] as const).flatMap((part) => {
      const pixels = allPixels(set[part], size);
      return Array.from(set[part].labels, (_, i) => pixelAt(pixels.subarray(i * 3 * size * size), size, 4, 4).join());
    });
    expect(new Set(names).size).toBe(32);
  });

  it('is split the same way for the same seed and another way for another', async () => {
    const root = await undividedFolder({ a: 30, b: 30 });
    const [one, same, other] = [await load(root), await load(root), await load(root, { seed: 2 })];
    expect(allPixels(same.val, size)).toEqual(allPixels(one.val, size));
    expect(same.id).toBe(one.id);
    expect(allPixels(other.val, size)).not.toEqual(allPixels(one.val, size));
    expect(other.id).not.toBe(one.id);
  });

  it('is the same set after it moved', async () => {
    const root = await undividedFolder({ a: 5, b: 5 });
    const before = await load(root);
    const elsewhere = join(await temporaryFolder(), 'moved');
    await rename(root, elsewhere);
    expect((await load(elsewhere)).id).toBe(before.id);
  });

  it('needs two images of every class', async () => {
    const [code, message] = await codeOf(await undividedFolder({ a: 5, lonely: 1 }));
    expect(code).toBe('data-class-too-small');
    expect(message).toContain('"lonely"');
  });

  it('may have only train/, which is then split', async () => {
    const root = await temporaryFolder();
    for (const name of ['a', 'b']) for (let i = 0; i < 10; i++) await put(root, `train/${name}/${i}.png`, grain().png());
    const set = await load(root, { valFraction: 0.3 });
    expect([set.train.count, set.val.count]).toEqual([14, 6]);
  });
});

describe('files that are no usable images', () => {
  it('are skipped and named with the reason; other files are passed over', async () => {
    const root = await undividedFolder({ cat: 4, dog: 4 });
    const jpeg = await grain().jpeg().toBuffer();
    await put(root, 'cat/good-without-extension', jpeg);
    await put(root, 'cat/wrong-extension.png', jpeg);
    await put(root, 'cat/notes.txt', 'about cats');
    await put(root, 'cat/.hidden.jpg', jpeg);
    await put(root, 'cat/inner/deep.jpg', jpeg);
    await put(root, 'README.md', 'about all');
    await put(root, 'dog/cut.jpg', jpeg.subarray(0, jpeg.length / 2));
    await put(root, 'dog/empty.jpg', '');
    await put(root, 'dog/note.jpg', 'a text');
    await put(root, 'dog/point.png', bands(['red'], 1, 1).png());
    await put(root, 'dog/moving.gif', grain().gif());
    const set = await load(root);
    expect(set.train.count + set.val.count).toBe(10);
    expect(set.skipped.map(({ path }) => path).sort()).toEqual([
      'dog/cut.jpg', 'dog/empty.jpg', 'dog/moving.gif', 'dog/note.jpg', 'dog/point.png',
    ]);
    expect(Object.fromEntries(set.skipped.map(({ path, reason }) => [path, reason]))).toMatchObject({
      'dog/empty.jpg': 'the file is empty',
      'dog/note.jpg': 'its content is not JPEG, PNG or WebP',
    });
    expect((await load(root)).skipped).toEqual(set.skipped);
  });

  it.skipIf(process.platform === 'win32')('include pipes, which would never end', async () => {
    const root = await undividedFolder({ cat: 4, dog: 4 });
    execFileSync('mkfifo', [join(root, 'cat/pipe.jpg')]);
    expect((await load(root)).skipped).toEqual([{ path: 'cat/pipe.jpg', reason: 'not a regular file' }]);
  });

  it.skipIf(process.platform === 'win32')('may be reached through symbolic links, which may dangle', async () => {
    const root = await undividedFolder({ cat: 4 });
    const elsewhere = await undividedFolder({ wolf: 3 });
    await symlink(join(elsewhere, 'wolf'), join(root, 'dog'));
    await symlink(join(elsewhere, 'wolf/0.png'), join(root, 'cat/linked.png'));
    await symlink(join(root, 'gone.jpg'), join(root, 'cat/dangling.jpg'));
    const set = await load(root);
    expect(set.classes).toEqual(['cat', 'dog']);
    expect(set.train.count + set.val.count).toBe(8);
    expect(set.skipped).toEqual([{ path: 'cat/dangling.jpg', reason: expect.stringContaining('cannot be read') }]);
  });
});

describe('a folder that cannot be used', () => {
  it('is refused with what is wrong', async () => {
    const root = await temporaryFolder();
    expect(await codeOf(join(root, 'nowhere'))).toEqual(['data-missing', expect.stringContaining('nowhere')]);
    expect((await codeOf(root))[0]).toBe('data-empty');
    await put(root, 'file.txt', 'x');
    expect((await codeOf(join(root, 'file.txt')))[0]).toBe('data-not-a-folder');
    await put(root, 'cat/1.png', grain().png());
    expect(await codeOf(root)).toEqual(['data-one-class', expect.stringContaining('"cat"')]);
    await mkdir(join(root, 'dog'));
    expect((await codeOf(await undividedFolderOfEmptyClasses()))[0]).toBe('data-empty');
    await put(root, 'cat/2.png', grain().png());
    expect(await codeOf(root)).toEqual(['data-class-empty', expect.stringContaining('"dog"')]);
  });

  async function undividedFolderOfEmptyClasses(): Promise<string> {
    const root = await temporaryFolder();
    await put(root, 'a/text.jpg', 'no image');
    await mkdir(join(root, 'b'));
    return root;
  }

  it.skipIf(process.platform === 'win32' || process.getuid?.() === 0)('is refused when it may not be read', async () => {
    const root = await undividedFolder({ cat: 2, dog: 2 });
    await chmod(root, 0);
    expect((await codeOf(root))[0]).toBe('data-unreadable');
    await chmod(root, 0o700);
  });
});

describe('loading', () => {
  it('reports every image and ends at the total', async () => {
    const root = await undividedFolder({ cat: 5, dog: 5 });
    const seen: number[] = [];
    await load(root, { onProgress: ({ done, total }) => {
      expect(total).toBe(10);
      seen.push(done);
    } });
    expect(seen).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });

  it('stops on request and leaves nothing behind', async () => {
    const root = await undividedFolder({ cat: 20, dog: 20 });
    const ownCache = await temporaryFolder();
    const controller = new AbortController();
    const loading = load(root, {
      cacheDir: ownCache,
      signal: controller.signal,
      onProgress: ({ done }) => {
        if (done === 5) controller.abort();
      },
    });
    await expect(loading).rejects.toThrow(CancelledError);
    expect(await readdir(ownCache)).toEqual([]);
  });
});
