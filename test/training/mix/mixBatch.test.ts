import { describe, expect, it } from 'vitest';
import { Random } from '../../../core/base/random.ts';
import { drawMixing } from '../../../core/training/mix/mixing.ts';
import { mixBatch, mixImages, mixRows } from '../../../core/training/mix/mixBatch.ts';
import { smoothedLabels } from '../../../core/training/loss.ts';
import { mixSettingsSchema } from '../../../core/training/mix/settings.ts';

const [batch, size, classes] = [3, 8, 4];
const pixels = 3 * size * size;
/** Image i is filled with i + 1. */
const images = Float32Array.from({ length: batch * pixels }, (_, i) => 1 + Math.floor(i / pixels));
const targets = smoothedLabels([0, 1, 2], classes, 0.1);

const settings = (given: object) => mixSettingsSchema.parse(given);
const mix = (given: object, seed = 'mix') => mixBatch(images, targets, size, settings(given), new Random(seed));
const seeds = Array.from({ length: 40 }, (_, i) => `batch ${i}`);

describe('mixup', () => {
  it('blends each image and its target with the one counted from the end, all by one share', () => {
    const { images: mixed, targets: mixedTargets, lambda } = mix({ mixup: 1 });
    expect(lambda).toBeGreaterThan(0);
    expect(lambda).toBeLessThan(1);
    for (let image = 0; image < batch; image++) {
      const other = batch - 1 - image;
      const expected = lambda * (image + 1) + (1 - lambda) * (other + 1);
      mixed.subarray(image * pixels, (image + 1) * pixels).forEach((value) => expect(value).toBeCloseTo(expected, 5));
      for (let c = 0; c < classes; c++) {
        const blend = lambda * targets[image * classes + c] + (1 - lambda) * targets[other * classes + c];
        expect(mixedTargets[image * classes + c]).toBeCloseTo(blend, 6);
      }
    }
  });

  it('changes neither the images nor the targets that it is given', () => {
    const [imagesBefore, targetsBefore] = [images.slice(), targets.slice()];
    seeds.forEach((seed) => mix({ mixup: 1, cutmix: 1 }, seed));
    expect(images).toEqual(imagesBefore);
    expect(targets).toEqual(targetsBefore);
  });
});

describe('CutMix', () => {
  it('pastes one rectangle of the other image, and its share of the area decides over the target', () => {
    for (const seed of seeds) {
      const { images: mixed, targets: mixedTargets, lambda } = mix({ cutmix: 1 }, seed);
      for (let channel = 0; channel < 3; channel++) {
        const map = mixed.subarray(channel * size * size, (channel + 1) * size * size);
        const pasted = [...map.keys()].filter((i) => map[i] === batch);
        const own = [...map].filter((value) => value === 1).length;
        expect(own + pasted.length).toBe(size * size);
        expect(own / size ** 2).toBeCloseTo(lambda, 10);
        if (pasted.length === 0) continue;
        const [ys, xs] = [pasted.map((i) => Math.floor(i / size)), pasted.map((i) => i % size)];
        expect((Math.max(...ys) - Math.min(...ys) + 1) * (Math.max(...xs) - Math.min(...xs) + 1)).toBe(pasted.length);
      }
      expect(mixedTargets[0]).toBeCloseTo(lambda * targets[0] + (1 - lambda) * targets[2 * classes], 6);
    }
  });

  it('takes the rectangle from the same place of the other image', () => {
    const numbered = Float32Array.from({ length: 2 * pixels }, (_, i) => i);
    const mixed = mixImages(numbered, 2, size, { lambda: 0.9, box: { top: 1, bottom: 3, left: 2, right: 7 } });
    numbered.forEach((_, i) => {
      const [y, x] = [Math.floor(i / size) % size, i % size];
      const inside = y >= 1 && y < 3 && x >= 2 && x < 7;
      expect(mixed[i]).toBe(inside ? (i + pixels) % (2 * pixels) : i);
    });
  });

  it('leaves on average what the distribution of squares within the image leaves', () => {
    // Sides of 2 floor(24 sqrt(1 - u) / 2) for u even in [0, 1], around an even pixel, cut off at the edges: the mean
    // over all sides and pixels, computed here one by one.
    const side = 24;
    const random = new Random('areas');
    const count = 4000;
    let left = 0;
    for (let i = 0; i < count; i++) left += drawMixing(settings({ cutmix: 1 }), side, random).lambda / count;
    let expected = 0;
    for (let half = 0; 2 * half < side; half++) {
      // floor(24 s) is 2 half or 2 half + 1 for s = sqrt(1 - u), whose square is even in [0, 1].
      const probability = Math.min(1, ((2 * half + 2) / side) ** 2) - ((2 * half) / side) ** 2;
      let length = 0;
      for (let centre = 0; centre < side; centre++) length += (Math.min(centre + half, side) - Math.max(centre - half, 0)) / side;
      expected += probability * (1 - (length / side) ** 2);
    }
    expect(Math.abs(left - expected)).toBeLessThan(0.02);
  });
});

describe('mixing', () => {
  it('returns the batch itself when nothing is mixed', () => {
    for (const given of [{}, { mixup: 1, probability: 0 }]) {
      expect(mix(given)).toEqual({ images, targets, lambda: 1 });
      expect(mix(given).images).toBe(images);
    }
    expect(mixRows(targets, batch, 1)).toBe(targets);
  });

  it('mixes and cuts as often as the settings say', () => {
    const random = new Random('often');
    const drawn = Array.from({ length: 4000 }, () =>
      drawMixing(settings({ mixup: 1, cutmix: 1, probability: 0.8, switchProbability: 0.25 }), size, random));
    const share = (matches: (mixing: (typeof drawn)[number]) => boolean) => drawn.filter(matches).length / drawn.length;
    // Four standard errors of 4000 draws are at most 0.032.
    expect(Math.abs(share(({ box }) => box !== undefined) - 0.2)).toBeLessThan(0.032);
    expect(Math.abs(share(({ box, lambda }) => box === undefined && lambda === 1) - 0.2)).toBeLessThan(0.032);
  });

  it('only cuts where mixup is off, and only blends where CutMix is off', () => {
    const random = new Random('one');
    for (let i = 0; i < 50; i++) {
      expect(drawMixing(settings({ cutmix: 1 }), size, random).box).toBeDefined();
      expect(drawMixing(settings({ mixup: 1 }), size, random).box).toBeUndefined();
    }
  });

  it('with an alpha as small as in the ElasticViT recipe leaves or exchanges nearly all batches', () => {
    const random = new Random('small');
    const shares = Array.from({ length: 1000 }, () => drawMixing(settings({ mixup: 0.01 }), size, random).lambda);
    // P(0.001 < x < 0.999) is about alpha ln(1000) = 0.069 for Beta(alpha, alpha) with a small alpha.
    expect(Math.abs(shares.filter((share) => share > 0.001 && share < 0.999).length / 1000 - 0.069)).toBeLessThan(0.032);
    expect(Math.abs(shares.filter((share) => share < 0.5).length / 1000 - 0.5)).toBeLessThan(0.064);
  });

  it('is the same for the same state of the generator, and its targets still sum to one', () => {
    for (const seed of seeds) {
      const first = mix({ mixup: 0.4, cutmix: 0.4 }, seed);
      expect(mix({ mixup: 0.4, cutmix: 0.4 }, seed)).toEqual(first);
      for (let image = 0; image < batch; image++) {
        expect(first.targets.subarray(image * classes, (image + 1) * classes).reduce((a, b) => a + b)).toBeCloseTo(1, 5);
      }
    }
  });
});
