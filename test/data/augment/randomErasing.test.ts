import { describe, expect, it } from 'vitest';
import { Random } from '../../../core/base/random.ts';
import { eraseRandomBox } from '../../../core/data/augment/randomErasing.ts';

const size = 32;
const area = size * size;
const untouched = 9;

/** An image of one value that noise does not have, after random erasing. */
function erased(probability: number, seed: number): Float32Array {
  const image = new Float32Array(3 * area).fill(untouched);
  eraseRandomBox(image, size, probability, new Random(seed));
  return image;
}

interface Box {
  readonly width: number;
  readonly height: number;
}

/** The smallest box around what changed in a channel; throws unless it changed all over. */
function boxOf(image: Float32Array, channel: number): Box & { readonly left: number; readonly top: number } {
  const places = Array.from({ length: area }, (_, i) => i).filter((i) => image[channel * area + i] !== untouched);
  const [columns, rows] = [places.map((i) => i % size), places.map((i) => Math.floor(i / size))];
  const [left, top] = [Math.min(...columns), Math.min(...rows)];
  const [width, height] = [Math.max(...columns) - left + 1, Math.max(...rows) - top + 1];
  expect(places).toHaveLength(width * height);
  return { left, top, width, height };
}

describe('random erasing', () => {
  it('erases the share of images asked for', () => {
    const count = Array.from({ length: 2000 }, (_, seed) => erased(0.3, seed)).filter((image) => image.some((value) => value !== untouched)).length;
    expect(Math.abs(count - 600)).toBeLessThan(105); // Five deviations of sqrt(2000 * 0.3 * 0.7) = 20.5.
    expect(erased(0, 1).every((value) => value === untouched)).toBe(true);
  });

  it('erases a box of 2 % to 1/3 of the image, 0.3 to 3.3 times as high as wide, in all channels', () => {
    const boxes = Array.from({ length: 300 }, (_, seed) => {
      const image = erased(1, seed);
      const box = boxOf(image, 0);
      expect([boxOf(image, 1), boxOf(image, 2)]).toEqual([box, box]);
      return box;
    });
    for (const { width, height } of boxes) {
      // Sides are rounded to pixels.
      expect((width - 0.5) * (height - 0.5)).toBeLessThanOrEqual(area / 3);
      expect((width + 0.5) * (height + 0.5)).toBeGreaterThanOrEqual(0.02 * area);
      expect((height - 0.5) / (width + 0.5)).toBeLessThanOrEqual(1 / 0.3);
      expect((height + 0.5) / (width - 0.5)).toBeGreaterThanOrEqual(0.3);
    }
    // Uniform areas: mean (0.02 + 1/3) / 2 = 0.177, deviation of the mean 0.09 / sqrt(300) = 0.0052; boxes that do not
    // fit are drawn again, and they are large ones.
    const share = boxes.reduce((sum, { width, height }) => sum + width * height, 0) / boxes.length / area;
    expect(share).toBeGreaterThan(0.14);
    expect(share).toBeLessThan(0.2);
    expect(new Set(boxes.map(({ left, top }) => `${left},${top}`)).size).toBeGreaterThan(150);
  });

  it('puts standard normal noise there, different in every value', () => {
    const noise = Array.from({ length: 100 }, (_, seed) => [...erased(1, seed)].filter((value) => value !== untouched)).flat();
    const mean = noise.reduce((sum, value) => sum + value, 0) / noise.length;
    const variance = noise.reduce((sum, value) => sum + (value - mean) ** 2, 0) / noise.length;
    expect(noise.length).toBeGreaterThan(20_000);
    expect(mean).toBeCloseTo(0, 1);
    expect(variance).toBeCloseTo(1, 1);
    expect(new Set(noise).size).toBeGreaterThan(0.99 * noise.length);
  });
});
