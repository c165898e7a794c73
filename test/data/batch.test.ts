import { crc32 } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { augmentImage, type Augmentation, changesImages, noAugmentation } from '../../core/data/augment.ts';
import { readBatch } from '../../core/data/batch.ts';
import { splitInMemory } from '../../core/data/imageSet.ts';
import { measureNormalisation, normalisedValues } from '../../core/data/normalisation.ts';
import { Random } from '../../core/base/random.ts';

const size = 8;
const bytes = 3 * size * size;
/** Twelve images in which every value of an image's first channel is distinct. */
const pixels = Uint8Array.from({ length: 12 * bytes }, (_, i) => (i * 3 + (i >> 6)) & 255);
const split = splitInMemory(pixels, Int32Array.from({ length: 12 }, (_, i) => i % 3), size);
const plain = { mean: [0, 0, 0], std: [1, 1, 1] } as const;
const values = normalisedValues({ mean: [0, 0, 0], std: [1 / 255, 1 / 255, 1 / 255] });

/** One augmented view with the values 0 to 255. */
function view(source: Uint8Array, augmentation: Augmentation, seed: number): number[] {
  const target = new Float32Array(bytes);
  augmentImage(source, { imageSize: size, values, fill: [0, 0, 0] }, augmentation, new Random(seed), target, 0);
  return [...target];
}

describe('normalisation', () => {
  it('is the mean and deviation of each channel', () => {
    // Channel values 0 and 255 half and half: mean 1/2, deviation 1/2; constant 51: mean 1/5.
    const image = Uint8Array.from({ length: 12 }, (_, i) => (i < 4 ? (i % 2) * 255 : i < 8 ? 51 : i === 8 ? 255 : 0));
    const { mean, std } = measureNormalisation(splitInMemory(image, new Int32Array(1), 2), 2);
    expect(mean[0]).toBeCloseTo(0.5, 12);
    expect(std[0]).toBeCloseTo(0.5, 12);
    expect(mean[1]).toBeCloseTo(0.2, 12);
    expect(std[1]).toBe(1); // Nothing varies: there is nothing to divide by.
    expect(mean[2]).toBeCloseTo(0.25, 12);
    expect(std[2]).toBeCloseTo(Math.sqrt(3) / 4, 12);
  });

  it('gives the training images mean 0 and deviation 1', () => {
    const normalisation = measureNormalisation(split, size);
    const { images } = readBatch(split, Array.from({ length: 12 }, (_, i) => i), { imageSize: size, normalisation });
    for (let channel = 0; channel < 3; channel++) {
      const own = images.filter((_, i) => Math.floor(i / (size * size)) % 3 === channel);
      const mean = own.reduce((sum, v) => sum + v, 0) / own.length;
      expect(mean).toBeCloseTo(0, 5);
      expect(own.reduce((sum, v) => sum + (v - mean) ** 2, 0) / own.length).toBeCloseTo(1, 5);
    }
  });
});

describe('readBatch', () => {
  it('gives images and labels in the order asked for', () => {
    const { images, labels } = readBatch(split, [7, 0], { imageSize: size, normalisation: plain });
    expect([...labels]).toEqual([1, 0]);
    expect(images[0] * 255).toBeCloseTo(pixels[7 * bytes], 4);
    expect(images[bytes + 5] * 255).toBeCloseTo(pixels[5], 4);
  });

  it('draws views from seed, step and place alone', () => {
    const draw = (seed: number, step: number) => readBatch(split, [1, 1], {
      imageSize: size,
      normalisation: plain,
      augmentation: { flip: true, crop: { kind: 'padded', paddingPixels: 2 }, seed, step },
    }).images;
    expect(draw(1, 5)).toEqual(draw(1, 5));
    expect(draw(1, 6)).not.toEqual(draw(1, 5));
    expect(draw(2, 5)).not.toEqual(draw(1, 5));
    const one = draw(1, 5);
    expect(one.slice(0, bytes)).not.toEqual(one.slice(bytes));
  });
});

describe('strong augmentation', () => {
  const normalisation = { mean: [0.5, 0.4, 0.3], std: [0.25, 0.5, 0.2] } as const;
  const weak: Augmentation = { flip: true, crop: { kind: 'padded', paddingPixels: 2 } };
  const read = (augmentation: Augmentation, step = 3) => readBatch(split, [0, 3, 5, 11], {
    imageSize: size, normalisation, augmentation: { ...augmentation, seed: 7, step },
  }).images;
  const manyOf = (augmentation: Augmentation) => Array.from({ length: 50 }, (_, step) => [...read(augmentation, step)]).flat();

  it.each<[Augmentation['crop'], number]>([
    [{ kind: 'none' }, 0x8129611e], [{ kind: 'padded', paddingPixels: 2 }, 0x7bf6ac3e], [{ kind: 'resized', minArea: 0.5 }, 0xd684ae5f],
  ])('leaves weakly augmented batches as they were before there was any (%j)', (crop, checksum) => {
    // Checksums of what the last version without strong augmentation gave.
    for (const off of [{}, { randAugment: { operations: 0, magnitude: 9, deviation: 1 }, colourJitter: 0, randomErasing: 0 }]) {
      expect(crc32(new Uint8Array(read({ flip: true, crop, ...off }).buffer))).toBe(checksum);
    }
  });

  it.each<Partial<Augmentation>>([
    { randAugment: { operations: 2, magnitude: 5, deviation: 0.5 } }, { colourJitter: 0.4 }, { randomErasing: 0.5 },
  ])('is drawn from seed, step and place alone (%j)', (part) => {
    expect(read({ ...weak, ...part })).toEqual(read({ ...weak, ...part }));
    expect(manyOf({ ...weak, ...part })).not.toEqual(manyOf(weak));
    expect(manyOf({ ...weak, ...part }).every(Number.isFinite)).toBe(true);
  });

  it('shows the same view with and without it', () => {
    // Jitter by next to nothing changes no byte by more than one, and padded crops do not interpolate.
    const step = Math.max(...normalisation.std.map((std) => 1 / (255 * std)));
    const [plainly, jittered] = [manyOf(weak), manyOf({ ...weak, colourJitter: 1e-6 })];
    expect(Math.max(...plainly.map((value, i) => Math.abs(value - jittered[i])))).toBeLessThan(3.01 * step);
  });

  it('erases normalised images, and the same boxes whatever their colours', () => {
    const [view, erased] = [manyOf(weak), manyOf({ ...weak, randomErasing: 0.5 })];
    const recoloured = manyOf({ ...weak, colourJitter: 0.5, randomErasing: 0.5 });
    const noise = erased.flatMap((value, i) => (value === view[i] ? [] : [i]));
    expect(noise.length).toBeGreaterThan(500);
    expect(noise.map((i) => recoloured[i])).toEqual(noise.map((i) => erased[i]));
  });

  it('fills what moves in from outside with the mean colour', () => {
    // At magnitude 10, translations leave 0.45 of the image to what lies outside.
    const images = Array.from({ length: 100 }, (_, step) => read({ ...noAugmentation, randAugment: { operations: 1, magnitude: 10, deviation: 0 } }, step));
    const filled = images.flatMap((batch) => [0, 1, 2, 3].filter((slot) => (
      [0, 1, 2].every((channel) => batch.subarray(slot * bytes + channel * size * size, slot * bytes + channel * size * size + 3).every((value) => Math.abs(value) < 0.01))
    )));
    expect(filled.length).toBeGreaterThan(0);
  });

  it('counts as a change where it is on', () => {
    expect(changesImages(noAugmentation)).toBe(false);
    expect(changesImages({ ...noAugmentation, randAugment: { operations: 0, magnitude: 1, deviation: 0 }, colourJitter: 0, randomErasing: 0 })).toBe(false);
    for (const part of [{ flip: true }, { crop: weak.crop }, { randAugment: { operations: 1, magnitude: 1, deviation: 0 } }, { colourJitter: 0.1 }, { randomErasing: 0.1 }]) {
      expect(changesImages({ ...noAugmentation, ...part })).toBe(true);
    }
  });
});

describe('weak augmentation', () => {
  const source = pixels.subarray(0, bytes);
  const row = (image: ArrayLike<number>, y: number) => Array.from({ length: size }, (_, x) => Math.round(image[y * size + x]));

  it('mirrors half of the images and leaves the others as they are', () => {
    const views = Array.from({ length: 400 }, (_, seed) => view(source, { flip: true, crop: { kind: 'none' } }, seed));
    const original = row(source, 3);
    const mirrored = views.filter((image) => row(image, 3).join() === [...original].reverse().join());
    const kept = views.filter((image) => row(image, 3).join() === original.join());
    expect(mirrored.length + kept.length).toBe(400);
    expect(Math.abs(mirrored.length - 200)).toBeLessThan(50); // Five deviations of a fair coin.
  });

  it('moves the image by every shift within the padding and reflects its edge', () => {
    const padded: Augmentation = { flip: false, crop: { kind: 'padded', paddingPixels: 2 } };
    const seen = new Set<string>();
    for (let seed = 0; seed < 300; seed++) {
      const image = view(source, padded, seed);
      // The middle of the view shows which pixel it came from; the corners follow by reflection.
      const from = source.subarray(0, size * size).indexOf(Math.round(image[4 * size + 4]));
      const [dx, dy] = [(from % size) - 4, Math.floor(from / size) - 4];
      seen.add(`${dx},${dy}`);
      const fold = (p: number) => (p < 0 ? -p : p >= size ? 2 * size - 2 - p : p);
      expect(Math.round(image[0])).toBe(source[fold(dy) * size + fold(dx)]);
      expect(Math.round(image[size * size - 1])).toBe(source[fold(7 + dy) * size + fold(7 + dx)]);
    }
    expect(seen.size).toBe(25);
  });

  it('enlarges boxes of a smooth image without leaving its values', () => {
    const ramp = Uint8Array.from({ length: bytes }, (_, i) => (i % size) * 30);
    const resized: Augmentation = { flip: false, crop: { kind: 'resized', minArea: 0.25 } };
    const spans = Array.from({ length: 200 }, (_, seed) => {
      const image = view(ramp, resized, seed);
      expect(Math.min(...image)).toBeGreaterThanOrEqual(0);
      expect(Math.max(...image)).toBeLessThanOrEqual(210.001);
      // Within a row the ramp rises by 30 times the box's width over the image's; along columns nothing changes.
      expect(image[3]).toBeCloseTo(image[3 + 5 * size], 3);
      return (image[5] - image[2]) / 90;
    });
    // Widths of boxes of area 1/4 to 1 stretched by up to 4:3: sqrt(1/4 * 3/4) = 0.433 to 1.
    expect(Math.min(...spans)).toBeGreaterThan(0.432);
    expect(Math.max(...spans)).toBeLessThanOrEqual(1.0001);
    expect(Math.max(...spans) - Math.min(...spans)).toBeGreaterThan(0.4);
  });

  it('shows the whole image when the box is the whole image', () => {
    const whole: Augmentation = { flip: false, crop: { kind: 'resized', minArea: 1 } };
    const image = view(new Uint8Array(bytes).fill(77), whole, 3);
    for (const value of image) expect(value).toBeCloseTo(77, 3);
  });
});
