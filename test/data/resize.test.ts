import { describe, expect, it } from 'vitest';
import { resizeBatch } from '../../core/data/resize.ts';

/** Images that any language can make: value i is (37 i mod 101) / 101. */
function pattern(batch: number, size: number): Float32Array {
  return Float32Array.from({ length: batch * 3 * size * size }, (_, i) => ((i * 37) % 101) / 101);
}

describe('resizeBatch', () => {
  // From PyTorch 2.13 (CPU): F.interpolate(x, size=(to, to), mode='bicubic', align_corners=False) of
  // x = ((torch.arange(batch * 3 * from * from) * 37) % 101).double().div(101).float().reshape(batch, 3, from, from);
  // the sum of all values, then values at [image, channel, y, x].
  it.each([
    { batch: 2, from: 5, to: 7, sum: 144.648804, at: [
      [0, 0, 0, 0, -0.1005016], [0, 0, 0, 6, 0.5136299], [0, 1, 3, 2, 0.1994777], [1, 2, 6, 0, 0.0767254],
      [1, 2, 6, 6, 0.5997463], [1, 1, 1, 5, 0.6686794]] },
    { batch: 2, from: 8, to: 3, sum: 25.860487, at: [
      [0, 0, 0, 0, 0.3515378], [0, 0, 0, 2, 0.1422465], [0, 1, 1, 1, 0.4851485], [1, 2, 2, 0, 0.2213972],
      [1, 2, 2, 2, 0.1268878], [1, 1, 1, 1, 0.6186572]] },
    { batch: 1, from: 32, to: 48, sum: 3420.935667, at: [
      [0, 0, 0, 0, -0.1020760], [0, 0, 0, 47, 0.3254949], [0, 1, 24, 16, 0.5350221], [0, 2, 47, 0, 0.6943070],
      [0, 2, 47, 47, -0.0592689], [0, 1, 1, 46, 0.3799505]] },
    { batch: 1, from: 64, to: 40, sum: 2376.383851, at: [
      [0, 0, 0, 0, 0.2167515], [0, 0, 0, 39, 0.2833078], [0, 1, 20, 13, 0.7029019], [0, 2, 39, 0, 0.2686295],
      [0, 2, 39, 39, 0.4570401], [0, 1, 1, 38, 0.7148959]] },
  ])('agrees with PyTorch from $from to $to pixels', ({ batch, from, to, sum, at }) => {
    const resized = resizeBatch(pattern(batch, from), batch, from, to);
    expect(resized).toHaveLength(batch * 3 * to * to);
    expect(Math.abs(resized.reduce((total, value) => total + value, 0) - sum)).toBeLessThan(1e-3);
    for (const [image, channel, y, x, expected] of at) {
      expect(resized[((image * 3 + channel) * to + y) * to + x]).toBeCloseTo(expected, 5);
    }
  });

  it('keeps constants constant and the same size untouched', () => {
    for (const value of resizeBatch(new Float32Array(3 * 49).fill(0.7), 1, 7, 13)) expect(value).toBeCloseTo(0.7, 6);
    const pixels = pattern(1, 6);
    expect(resizeBatch(pixels, 1, 6, 6)).toBe(pixels);
  });

  it('refuses pixels of another shape', () => {
    expect(() => resizeBatch(new Float32Array(10), 1, 2, 4)).toThrow(RangeError);
  });
});
