import { dirname, basename } from 'node:path';
import { describe, expect, it } from 'vitest';
import { augmentationOf, dataSchema, loadData } from '../../core/data/config.ts';
import { bands, put, temporaryFolder } from './pictures.ts';

describe('the data part of a study', () => {
  it('fills in defaults', () => {
    expect(dataSchema.parse({ kind: 'synthetic' })).toMatchObject({ imageSize: 32, difficulty: 0.5, flip: true });
    expect(dataSchema.parse({ kind: 'folder', path: 'photos', imageSize: 64 })).toMatchObject({ valFraction: 0.1, flip: true });
  });

  it.each([
    [{ kind: 'folders', path: 'x', imageSize: 32 }, 'kind'],
    [{ kind: 'folder', imageSize: 32 }, 'path'],
    [{ kind: 'folder', path: 'x' }, 'imageSize'],
    [{ kind: 'folder', path: 'x', imageSize: 31.5 }, 'imageSize'],
    [{ kind: 'folder', path: 'x', imageSize: 32, valFraction: 0 }, 'valFraction'],
    [{ kind: 'synthetic', difficulty: 2 }, 'difficulty'],
    [{ kind: 'synthetic', trainImages: 0 }, 'trainImages'],
    [{ kind: 'synthetic', randomErasing: 1.5 }, 'randomErasing'],
    [{ kind: 'synthetic', colourJitter: -0.4 }, 'colourJitter'],
  ])('refuses %j, naming the field', (input, field) => {
    const result = dataSchema.safeParse(input);
    expect(result.error?.issues[0].path).toEqual([field]);
  });

  it('refuses fields it does not know', () => {
    expect(dataSchema.safeParse({ kind: 'synthetic', imagesize: 32 }).success).toBe(false);
  });

  it('loads what it describes, from the study file on', async () => {
    const root = await temporaryFolder();
    for (const name of ['a', 'b']) for (let i = 0; i < 4; i++) await put(root, `${name}/${i}.png`, bands(['red']).png());
    const options = { baseDir: dirname(root), cacheDir: await temporaryFolder(), seed: 1 };
    const config = dataSchema.parse({ kind: 'folder', path: basename(root), imageSize: 8, valFraction: 0.5 });
    const folder = await loadData(config, options);
    expect([folder.train.count, folder.val.count]).toEqual([4, 4]);
    const small = { kind: 'synthetic', imageSize: 8, trainImages: 30, valImages: 10 };
    const synthetic = await loadData(dataSchema.parse(small), options);
    expect([synthetic.train.count, synthetic.val.count]).toEqual([30, 10]);
    const ownSeed = await loadData(dataSchema.parse({ ...small, seed: 1 }), { ...options, seed: 9 });
    expect(ownSeed.id).toBe(synthetic.id);
  });

  it('crops small images by shifting and large ones by enlarging, unless told otherwise', () => {
    const crop = (more: object) => augmentationOf(dataSchema.parse({ kind: 'folder', path: 'x', ...more })).crop;
    expect(crop({ imageSize: 32 })).toEqual({ kind: 'padded', paddingPixels: 4 });
    expect(crop({ imageSize: 224 })).toEqual({ kind: 'resized', minArea: 0.5 });
    expect(crop({ imageSize: 224, crop: 'none' })).toEqual({ kind: 'none' });
  });

  it('augments weakly unless told otherwise', () => {
    expect(augmentationOf(dataSchema.parse({ kind: 'synthetic' }))).toEqual({ flip: true, crop: { kind: 'padded', paddingPixels: 4 } });
    const strong = { randAugment: { operations: 1 }, colourJitter: 0.4, randomErasing: 0.01 };
    expect(augmentationOf(dataSchema.parse({ kind: 'folder', path: 'x', imageSize: 32, crop: 'none', flip: false, ...strong }))).toEqual({
      flip: false, crop: { kind: 'none' }, randAugment: { operations: 1, magnitude: 1, deviation: 0.5 }, colourJitter: 0.4, randomErasing: 0.01,
    });
  });

  it('refuses what RandAugment does not know', () => {
    const paths = (randAugment: object) => dataSchema.safeParse({ kind: 'synthetic', randAugment }).error?.issues[0].path;
    expect(paths({ operations: 1.5 })).toEqual(['randAugment', 'operations']);
    expect(paths({ magnitude: 11 })).toEqual(['randAugment', 'magnitude']);
    expect(dataSchema.safeParse({ kind: 'synthetic', randAugment: { n: 1 } }).success).toBe(false);
  });
});
