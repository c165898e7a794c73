import { describe, expect, it } from 'vitest';
import { Random } from '../../../core/base/random.ts';
import { fromHalfDistances, toHalfDistances } from '../../../core/training/distillation/halfLogits.ts';

describe('logits in two bytes', () => {
  // Codes as NumPy's float16 has them for these distances.
  it.each([
    [1, 0x3c00], [65504, 0x7bff], [1e6, 0x7bff], [2 ** -24, 0x0001], [1 / 3, 0x3555], [2049, 0x6800], [2051, 0x6802], [0.1, 0x2e66], [2 ** -14, 0x0400],
    [2 ** -14 - 2 ** -25, 0x0400], [0.2, 0x3266], [7.3, 0x474d],
  ])('keep %d below the largest as IEEE 754 does', (distance, code) => {
    expect([...toHalfDistances(Float32Array.of(-distance, 0))]).toEqual([code, 0]);
  });

  it('come back less their largest, exact to 1 part in 2048', () => {
    const random = new Random('halves');
    const logits = Float32Array.from({ length: 500 }, () => 30 * random.normal());
    const largest = Math.max(...logits);
    const back = new Float32Array(501).fill(1);
    fromHalfDistances(toHalfDistances(logits), back, 1);
    expect(back[0]).toBe(1);
    logits.forEach((logit, i) => {
      expect(Math.abs(back[i + 1] - (logit - largest))).toBeLessThanOrEqual((largest - logit) / 2048);
    });
    const again = new Float32Array(500);
    fromHalfDistances(toHalfDistances(back.subarray(1)), again, 0);
    expect([...again]).toEqual([...back.subarray(1)]);
  });
});
