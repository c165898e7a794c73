/*
 * Logits as they are kept: how far each lies below the largest of its row, as a float16. A softmax needs no more, and
 * small distances, which decide it, are the most exact (to 1 part in 2048).
 */

const largestHalf = 65504;
/** Below this, halves are multiples of 2^-24. */
const smallestNormal = 2 ** -14;
/** Between the exponents of float32 and float16, at the place where float32 keeps its exponent. */
const exponentShift = (127 - 15) << 23;

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/** @param logits one row, finite */
export function toHalfDistances(logits: Float32Array): Uint16Array {
  let largest = -Infinity;
  for (const logit of logits) largest = Math.max(largest, logit);
  return Uint16Array.from(logits, (logit) => toHalf(Math.min(largestHalf, largest - logit)));
}

/** Logits less their largest, written to `target` from `offset` on. */
export function fromHalfDistances(halves: Uint16Array, target: Float32Array, offset: number): void {
  for (let i = 0; i < halves.length; i++) target[offset + i] = -fromHalf(halves[i]);
}

/** The nearest float16 (ties to even) of a value between 0 and 65504. */
function toHalf(value: number): number {
  // Rounds to even by itself where adding a large number pushes the digits out.
  if (value < smallestNormal) return value * 2 ** 24 + 2 ** 52 - 2 ** 52;
  float[0] = value;
  const shifted = bits[0] - exponentShift;
  return (shifted + 0xfff + ((shifted >>> 13) & 1)) >>> 13;
}

function fromHalf(half: number): number {
  if (half < 0x400) return half * 2 ** -24;
  bits[0] = (half << 13) + exponentShift;
  return float[0];
}
