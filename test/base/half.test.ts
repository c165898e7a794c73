import { describe, expect, it } from 'vitest';
import { halfBits, halfValue, largestHalf } from '../../core/base/half.ts';
import { Random } from '../../core/base/random.ts';

/** Values and bits as IEEE 754-2019 defines binary16; table of examples as in Wikipedia, "Half-precision floating-point format". */
const known: readonly [value: number, bits: number][] = [
  [0, 0x0000], [-0, 0x8000], [1, 0x3c00], [-2, 0xc000], [0.5, 0x3800], [1 / 3, 0x3555], [65504, 0x7bff], [-65504, 0xfbff],
  [2 ** -14, 0x0400], [2 ** -14 - 2 ** -24, 0x03ff], [2 ** -24, 0x0001], [1 + 2 ** -10, 0x3c01], [1 - 2 ** -11, 0x3bff],
  [Infinity, 0x7c00], [-Infinity, 0xfc00],
];

describe('half precision', () => {
  it('has the bits of the standard', () => {
    for (const [value, bits] of known) {
      expect(halfBits(value), String(value)).toBe(bits);
      if (value !== 1 / 3) expect(halfValue(bits)).toBe(value);
    }
    expect(halfValue(halfBits(NaN))).toBeNaN();
  });

  it('rounds to the nearest, ties to even', () => {
    expect(halfBits(1 + 2 ** -11)).toBe(0x3c00);
    expect(halfBits(1 + 3 * 2 ** -11)).toBe(0x3c02);
    expect(halfBits(1 + 2 ** -11 + 2 ** -20)).toBe(0x3c01);
    expect(halfBits(2 ** -25)).toBe(0x0000);
    expect(halfBits(2 ** -25 * 1.001)).toBe(0x0001);
    expect(halfBits(2 ** -26)).toBe(0x0000);
    // A carry out of the fraction is the next power of two, out of the subnormal numbers the first normal one.
    expect(halfBits(2 - 2 ** -12)).toBe(0x4000);
    expect(halfBits(2 ** -14 - 2 ** -26)).toBe(0x0400);
    expect(halfBits(65519.99)).toBe(0x7bff);
    expect(halfBits(65520)).toBe(0x7c00);
    expect(largestHalf).toBe(halfValue(0x7bff));
  });

  it('gives every half back, and what lies between to the nearer neighbour', () => {
    const random = new Random('halves');
    const wrong: number[] = [];
    for (let bits = 0; bits < 0x7c00; bits++) {
      const value = halfValue(bits);
      if (halfBits(value) !== bits) wrong.push(value);
      if (bits === 0x7bff) break;
      const share = random.uniform();
      const between = value + share * (halfValue(bits + 1) - value);
      if (Math.abs(share - 0.5) > 1e-3 && halfBits(between) !== (share < 0.5 ? bits : bits + 1)) wrong.push(between);
    }
    expect(wrong).toEqual([]);
  });

  // From Node 24 on the language has it.
  it.skipIf(!('setFloat16' in DataView.prototype))('rounds as DataView does', () => {
    const view = new DataView(new ArrayBuffer(2)) as DataView & { setFloat16(at: number, value: number): void };
    const random = new Random('DataView');
    for (let i = 0; i < 10_000; i++) {
      const value = Math.fround(random.normal() * 2 ** (random.integer(50) - 30));
      view.setFloat16(0, value);
      expect(halfBits(value)).toBe(view.getUint16(0));
    }
  });
});
