import { describe, expect, it } from 'vitest';
import { Random } from '../../core/base/random.ts';
import { CancelledError } from '../../core/base/errors.ts';
import { type ImageSet, splitInMemory } from '../../core/data/imageSet.ts';
import { linearBaseline } from '../../core/data/linearBaseline.ts';
import { syntheticSet } from '../../core/data/synthetic.ts';

/** A set whose images come from a class-dependent rule. */
function setOf(classes: number, imageSize: number, value: (label: number, i: number, random: Random) => number): ImageSet {
  const random = new Random(5);
  const split = (count: number) => {
    const labels = Int32Array.from({ length: count }, (_, i) => i % classes);
    const bytes = 3 * imageSize * imageSize;
    const pixels = Uint8Array.from({ length: count * bytes }, (_, i) => value(labels[Math.floor(i / bytes)], i % bytes, random));
    return splitInMemory(pixels, labels, imageSize);
  };
  return {
    id: '', classes: Array.from({ length: classes }, (_, c) => `class ${c}`), imageSize,
    train: split(300), val: split(150), skipped: [], close: () => undefined,
  };
}

describe('linearBaseline', () => {
  it('solves what is linearly separable', async () => {
    const set = setOf(3, 8, (label, i, random) => 100 + random.integer(60) + (i % 3 === label ? 40 : 0));
    const result = await linearBaseline(set, { seed: 1 });
    expect(result.valAccuracy).toBe(1);
    expect(result.trainAccuracy).toBe(1);
  });

  it('is at chance on noise', async () => {
    const result = await linearBaseline(setOf(2, 8, (_label, _i, random) => random.integer(256)), { seed: 1 });
    expect(Math.abs(result.valAccuracy - 0.5)).toBeLessThan(0.17); // Four deviations of 150 fair coins.
  });

  it('repeats exactly for a seed', async () => {
    const set = await syntheticSet({ imageSize: 16, trainImages: 200, valImages: 100, difficulty: 0.5, seed: 1 });
    expect(await linearBaseline(set, { seed: 1 })).toEqual(await linearBaseline(set, { seed: 1 }));
  });

  it('looks at larger images in 32 pixels a side', async () => {
    const set = await syntheticSet({ imageSize: 64, trainImages: 20, valImages: 10, difficulty: 0.5, seed: 1 });
    expect((await linearBaseline(set, { seed: 1 })).sidePixels).toBe(32);
  });

  it('reaches little on the synthetic set', async () => {
    // Chance is 10 %.
    const set = await syntheticSet({ imageSize: 32, trainImages: 1000, valImages: 500, difficulty: 0.5, seed: 1 });
    const { valAccuracy } = await linearBaseline(set, { seed: 1 });
    expect(valAccuracy).toBeLessThan(0.25);
  });

  it('stops on request', async () => {
    const set = setOf(2, 8, () => 1);
    await expect(linearBaseline(set, { seed: 1, signal: AbortSignal.abort() })).rejects.toThrow(CancelledError);
  });
});
