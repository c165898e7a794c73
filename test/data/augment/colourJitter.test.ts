import { describe, expect, it } from 'vitest';
import { Random } from '../../../core/base/random.ts';
import { jitterColours } from '../../../core/data/augment/colourJitter.ts';

/** One pixel after jitter, as a flat image of 4 x 4 of it. */
function jittered(rgb: readonly number[], jitter: number, seed: number): number[] {
  const image = new Uint8ClampedArray(48);
  rgb.forEach((value, channel) => image.fill(value, channel * 16, channel * 16 + 16));
  jitterColours(image, jitter, new Random(seed));
  return [image[0], image[16], image[32]];
}

const seeds = Array.from({ length: 2000 }, (_, seed) => seed);

describe('colour jitter', () => {
  it('changes the brightness of a flat grey image by factors uniform around 1, and nothing else', () => {
    // Contrast and saturation move towards the same grey: only brightness shows. Bytes are cut off: half a step less.
    const results = seeds.map((seed) => jittered([100, 100, 100], 0.4, seed));
    for (const [red, green, blue] of results) expect([green, blue]).toEqual([red, red]);
    const reds = results.map(([red]) => red);
    expect(Math.min(...reds)).toBe(60);
    expect(Math.max(...reds)).toBe(139);
    // Uniform on 0.8: deviation 0.8 / sqrt(12) = 0.231, of the mean of 2000 images 0.0052.
    expect(reds.reduce((sum, red) => sum + red, 0) / 2000).toBeGreaterThan(99.5 - 2.6);
    expect(reds.reduce((sum, red) => sum + red, 0) / 2000).toBeLessThan(99.5 + 2.6);
  });

  it('changes colourfulness by all three factors', () => {
    // In a flat image red minus green is multiplied by each factor: between 0.6 ** 3 and 1.4 ** 3 times 40.
    const spans = seeds.map((seed) => jittered([80, 40, 40], 0.4, seed)).map(([red, green]) => red - green);
    expect(Math.min(...spans)).toBeGreaterThanOrEqual(40 * 0.6 ** 3 - 3);
    expect(Math.min(...spans)).toBeLessThan(40 * 0.6 ** 2);
    expect(Math.max(...spans)).toBeLessThanOrEqual(40 * 1.4 ** 3 + 3);
    expect(Math.max(...spans)).toBeGreaterThan(40 * 1.4 ** 2);
  });

  it('never goes below nothing', () => {
    const reds = seeds.map((seed) => jittered([100, 100, 100], 1, seed)[0]);
    expect(Math.min(...reds)).toBeLessThan(3);
    expect(Math.max(...reds)).toBeGreaterThan(196);
  });

  it('leaves images as they are without strength', () => {
    expect(jittered([10, 250, 99], 0, 5)).toEqual([10, 250, 99]);
  });
});
