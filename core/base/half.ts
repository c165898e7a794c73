/** Half precision (IEEE 754 binary16), as bit patterns: 1 sign, 5 exponent and 10 fraction bits. */

/** Largest finite half, (2 - 2^-10) 2^15. */
export const largestHalf = 65504;

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/** The nearest half of a number, ties to even; beyond the range infinite. Smaller than half of 2^-24 becomes zero. */
export function halfBits(value: number): number {
  float[0] = value;
  const sign = (bits[0] >>> 16) & 0x8000;
  const biased = (bits[0] >>> 23) & 0xff;
  const fraction = bits[0] & 0x7fffff;
  if (biased === 0xff) return sign | 0x7c00 | (fraction === 0 ? 0 : 0x200);
  const exponent = biased - 127 + 15;
  if (exponent >= 31) return sign | 0x7c00;
  if (exponent > 0) return sign | rounded((exponent << 23) | fraction, 13);
  // Subnormal: the leading one is written out, and everything is in units of 2^-24.
  return exponent < -10 ? sign : sign | rounded(0x800000 | fraction, 14 - exponent);
}

/** Drops bits; a carry goes into the exponent, as it should. */
function rounded(value: number, dropped: number): number {
  const kept = value >>> dropped;
  const rest = value & ((1 << dropped) - 1);
  const middle = 1 << (dropped - 1);
  return kept + (rest > middle || (rest === middle && (kept & 1) === 1) ? 1 : 0);
}

/** The number that a half's bits mean. */
export function halfValue(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >>> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25));
}
