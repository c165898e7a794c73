import { describe, expect, it } from 'vitest';
import { CancelledError } from '../../core/base/errors.ts';
import { syntheticClasses, syntheticSet, type SyntheticOptions } from '../../core/data/synthetic.ts';
import { allPixels } from './pictures.ts';

const defaults: SyntheticOptions = { imageSize: 16, trainImages: 40, valImages: 20, difficulty: 0.5, seed: 1 };
const make = (options: Partial<SyntheticOptions> = {}) => syntheticSet({ ...defaults, ...options });

describe('the synthetic set', () => {
  it('has ten classes in equal parts', async () => {
    const set = await make();
    expect(new Set(set.classes).size).toBe(10);
    for (let c = 0; c < 10; c++) expect(set.train.labels.filter((label) => label === c)).toHaveLength(4);
  });

  it('paints image i the same whatever the count', async () => {
    const few = await make();
    const many = await make({ trainImages: 70 });
    const bytes = 3 * 16 * 16;
    expect(allPixels(many.train, 16).subarray(0, 40 * bytes)).toEqual(allPixels(few.train, 16));
    expect(allPixels(many.val, 16)).toEqual(allPixels(few.val, 16));
  });

  it('paints other images for another seed, and never the same for training and validation', async () => {
    const one = await make();
    const other = await make({ seed: 2 });
    const read = (set: typeof one, part: 'train' | 'val', index: number) => {
      const image = new Uint8Array(3 * 16 * 16);
      set[part].read(index, image);
      return image;
    };
    expect(read(other, 'train', 0)).not.toEqual(read(one, 'train', 0));
    expect(read(one, 'val', 0)).not.toEqual(read(one, 'train', 0));
    expect(one.id).toBe((await make()).id);
    expect(new Set([one.id, other.id, (await make({ difficulty: 0.6 })).id]).size).toBe(3);
  });

  it('does not give the class away by average colour', async () => {
    // The variance of class means over that of single images' means: with 100 images a class, independent means would
    // give 1/100 on average; a telling colour gives much more.
    const set = await make({ trainImages: 1000, valImages: 10 });
    const pixels = allPixels(set.train, 16);
    for (let channel = 0; channel < 3; channel++) {
      const means = Array.from({ length: 1000 }, (_, i) => {
        const plane = pixels.subarray((i * 3 + channel) * 256, (i * 3 + channel + 1) * 256);
        return plane.reduce((sum, value) => sum + value, 0) / 256;
      });
      const classMeans = syntheticClasses.map((_, c) => (
        means.filter((_, i) => i % 10 === c).reduce((sum, value) => sum + value, 0) / 100));
      expect(variance(classMeans) / variance(means)).toBeLessThan(0.03);
    }
  });

  it('reports progress and stops on request', async () => {
    const controller = new AbortController();
    const making = make({ trainImages: 2000, signal: controller.signal, onProgress: ({ done, total }) => {
      expect(total).toBe(2020);
      if (done >= 512) controller.abort();
    } });
    await expect(making).rejects.toThrow(CancelledError);
  });
});

function variance(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
}
