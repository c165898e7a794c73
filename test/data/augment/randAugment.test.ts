import { crc32 } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { Random } from '../../../core/base/random.ts';
import { applyRandAugment, randAugmentOperations } from '../../../core/data/augment/randAugment.ts';

const size = 16;
const area = size * size;
const fill = [124, 116, 104] as const;

/** A picture by a formula, [3, 16, 16], that the reference numbers below were computed on. */
function picture(): Uint8ClampedArray {
  return Uint8ClampedArray.from({ length: 3 * area }, (_, i) => {
    const [channel, y, x] = [Math.floor(i / area), Math.floor(i / size) % size, i % size];
    return (7 * x * x + 3 * y + 11 * channel + ((x * y) % 17) * (channel + 1) + 40) % (200 - 20 * channel) + 10 * channel;
  });
}

type Name = keyof typeof randAugmentOperations;

function carriedOut(name: Name, magnitude: number, sign: number): Uint8ClampedArray {
  const image = picture();
  randAugmentOperations[name](image, size, { strength: magnitude / 10, sign, fill });
  return image;
}

/** R, G and B at (x, y) = (0, 0), (5, 7) and (12, 15). */
const probes = (image: Uint8ClampedArray) => [0, 7 * size + 5, 15 * size + 12].flatMap((at) => [0, 1, 2].map((channel) => image[channel * area + at]));

/**
 * Magnitude, sign, probed bytes and CRC-32 of all bytes, from Pillow 12.3.0 (ImageOps, ImageEnhance, Image.rotate and
 * Image.transform with BILINEAR) with the arguments that timm derives from the magnitude in its "increasing" set.
 */
const reference: readonly (readonly [Name, number, number, readonly number[], number])[] = [
  ['AutoContrast', 3.7, 1, [49, 71, 98, 45, 97, 161, 130, 61, 38], 0x024dd7c1],
  ['AutoContrast', 8, -1, [49, 71, 98, 45, 97, 161, 130, 61, 38], 0x024dd7c1],
  ['Equalize', 3.7, 1, [40, 61, 99, 37, 79, 164, 103, 54, 44], 0xec2bf869],
  ['Equalize', 8, -1, [40, 61, 99, 37, 79, 164, 103, 54, 44], 0xec2bf869],
  ['Invert', 3.7, 1, [215, 194, 173, 218, 176, 134, 152, 201, 210], 0x805c3ab0],
  ['Invert', 8, -1, [215, 194, 173, 218, 176, 134, 152, 201, 210], 0x805c3ab0],
  ['Rotate', 3.7, 1, [124, 116, 104, 52, 99, 124, 124, 116, 104], 0xe31e2c6d],
  ['Rotate', 8, -1, [124, 116, 104, 46, 93, 139, 62, 66, 111], 0x2bebc4a1],
  ['Posterize', 3.7, 1, [32, 32, 64, 32, 64, 96, 96, 32, 32], 0x49bbf5c3],
  ['Posterize', 8, -1, [0, 0, 0, 0, 0, 0, 0, 0, 0], 0xfab6bcc2],
  ['Solarize', 3.7, 1, [40, 61, 82, 37, 79, 121, 103, 54, 45], 0x97935707],
  ['Solarize', 8, -1, [40, 194, 173, 37, 176, 134, 152, 201, 45], 0xdc3656d0],
  ['SolarizeAdd', 3.7, 1, [80, 101, 122, 77, 119, 161, 143, 94, 85], 0x0a46a6c9],
  ['SolarizeAdd', 8, -1, [128, 149, 170, 125, 167, 209, 191, 142, 133], 0x8a08c8de],
  ['Color', 3.7, 1, [34, 62, 90, 25, 81, 137, 114, 49, 37], 0x9f508481],
  ['Color', 8, -1, [52, 58, 64, 61, 73, 85, 77, 64, 61], 0x7f1c4c1e],
  ['Contrast', 3.7, 1, [23, 51, 79, 19, 75, 131, 107, 42, 30], 0x17ec7943],
  ['Contrast', 8, -1, [76, 81, 87, 75, 86, 98, 93, 79, 77], 0xb4bcacf2],
  ['Brightness', 3.7, 1, [53, 81, 109, 49, 105, 161, 137, 71, 59], 0xecb1c4fc],
  ['Brightness', 8, -1, [11, 17, 22, 10, 22, 33, 28, 15, 12], 0xf398ca78],
  ['Sharpness', 3.7, 1, [40, 61, 82, 18, 74, 126, 103, 54, 45], 0x864b321f],
  ['Sharpness', 8, -1, [40, 61, 82, 76, 89, 108, 103, 54, 45], 0x62af4880],
  ['ShearX', 3.7, 1, [40, 61, 82, 106, 154, 69, 66, 48, 70], 0xcb2210d9],
  ['ShearX', 8, -1, [40, 61, 82, 139, 129, 160, 115, 57, 99], 0x905fda6f],
  ['ShearY', 3.7, 1, [40, 61, 82, 41, 86, 131, 124, 116, 104], 0x9941dc54],
  ['ShearY', 8, -1, [40, 61, 82, 43, 95, 148, 92, 41, 30], 0x06643712],
  ['TranslateX', 3.7, 1, [91, 112, 133, 82, 151, 114, 63, 62, 101], 0x33d61fd4],
  ['TranslateX', 8, -1, [124, 116, 104, 124, 116, 104, 115, 165, 94], 0xd53a4513],
  ['TranslateY', 3.7, 1, [47, 68, 89, 58, 113, 168, 124, 116, 104], 0x9b68d3c1],
  ['TranslateY', 8, -1, [124, 116, 104, 24, 72, 119, 80, 26, 172], 0x78b05639],
];

describe('the operations of RandAugment', () => {
  it.each(reference)('%s at magnitude %d, sign %d, gives the bytes that PIL gives', (name, magnitude, sign, bytes, checksum) => {
    const image = carriedOut(name, magnitude, sign);
    expect(probes(image)).toEqual(bytes);
    expect(crc32(new Uint8Array(image))).toBe(checksum);
  });

  it('keep flat images of every brightness valid', () => {
    for (const name of Object.keys(randAugmentOperations) as Name[]) {
      for (const value of [0, 128, 255]) {
        const image = new Uint8ClampedArray(3 * area).fill(value);
        randAugmentOperations[name](image, size, { strength: 0, sign: 1, fill });
        // At magnitude 0 the image stays, but for Posterize (4 bits are kept) and what has no magnitude.
        const expected = name === 'Posterize' ? value & 0xf0 : name === 'Invert' ? 255 - value : value;
        expect([name, ...new Set(image)]).toEqual([name, expected]);
      }
    }
  });
});

describe('RandAugment', () => {
  const augmented = (settings: { operations: number; magnitude: number; deviation: number }, seed: number) => {
    const image = picture();
    applyRandAugment(image, size, settings, fill, new Random(seed));
    return image;
  };
  const key = (image: Uint8ClampedArray) => crc32(new Uint8Array(image));
  const tally = (settings: { operations: number; magnitude: number; deviation: number }, draws: number) => {
    const counts = new Map<number, number>();
    for (let seed = 0; seed < draws; seed++) {
      const result = key(augmented(settings, seed));
      counts.set(result, (counts.get(result) ?? 0) + 1);
    }
    return (keys: Iterable<number>) => [...new Set(keys)].reduce((sum, each) => sum + (counts.get(each) ?? 0), 0);
  };

  it('draws the 15 operations equally often and carries half of them out', () => {
    const names = Object.keys(randAugmentOperations) as Name[];
    expect(names).toHaveLength(15);
    const count = tally({ operations: 1, magnitude: 5, deviation: 0 }, 6000);
    expect(Math.abs(count([key(picture())]) - 3000)).toBeLessThan(200); // Five deviations are 194.
    for (const name of names) {
      // 6000 / 30 expected, with a deviation of 14.
      expect(Math.abs(count([1, -1].map((sign) => key(carriedOut(name, 5, sign)))) - 200), name).toBeLessThan(70);
    }
  });

  it('holds strengths within the scale', () => {
    const strongest = [1, -1].map((sign) => key(carriedOut('Rotate', 10, sign)));
    const always = tally({ operations: 1, magnitude: 10, deviation: 0 }, 6000)(strongest);
    const half = tally({ operations: 1, magnitude: 10, deviation: 0.5 }, 6000)(strongest);
    expect(half / always).toBeGreaterThan(0.3);
    expect(half / always).toBeLessThan(0.7);
  });

  it('carries several operations out, and none if none are asked for', () => {
    const kept = tally({ operations: 3, magnitude: 5, deviation: 0 }, 2000)([key(picture())]);
    // All three are left out in 1/8 of the images; two inversions may undo each other besides. Deviation 15.
    expect(Math.abs(kept - 250)).toBeLessThan(80);
    expect(augmented({ operations: 0, magnitude: 5, deviation: 0.5 }, 1)).toEqual(picture());
  });
});
