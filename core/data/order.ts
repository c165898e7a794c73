import { Random } from '../base/random.ts';

const rounds = 6;

/**
 * The images of training step `step`, [batchSize]. Epoch follows epoch without a gap: position p = step * batchSize + slot
 * is place p mod n of epoch floor(p / n), and every epoch is a permutation of the n images drawn from `seed` and the
 * epoch. Nothing is remembered between calls, so training resumes at any step exactly.
 */
export function batchIndices(seed: number | string, step: number, batchSize: number, n: number): Int32Array {
  if (!Number.isInteger(n) || n < 1) throw new RangeError(`There is no batch of ${n} images.`);
  const indices = new Int32Array(batchSize);
  let epoch = -1;
  let place: (i: number) => number = (i) => i;
  for (let slot = 0; slot < batchSize; slot++) {
    const position = step * batchSize + slot;
    if (Math.floor(position / n) !== epoch) {
      epoch = Math.floor(position / n);
      place = permutation(`${seed}/epoch/${epoch}`, n);
    }
    indices[slot] = place(position % n);
  }
  return indices;
}

/** Consecutive indices from `start` on, at most `count`, below `n`: for passes over a whole split. */
export function indexRange(start: number, count: number, n: number): Int32Array {
  return Int32Array.from({ length: Math.max(0, Math.min(count, n - start)) }, (_, i) => start + i);
}

/**
 * A seeded permutation of 0 ... n-1 that needs neither memory nor set-up in proportion to n: a Feistel network over the
 * smallest even number of bits that holds n, walked on while it leads outside (Black and Rogaway, 2002).
 */
export function permutation(seed: number | string, n: number): (i: number) => number {
  const random = new Random(seed);
  const keys = Array.from({ length: rounds }, () => random.uint32());
  let halfBits = 1;
  while (4 ** halfBits < n) halfBits++;
  const mask = 2 ** halfBits - 1;
  function encipher(value: number): number {
    let left = Math.floor(value / (mask + 1));
    let right = value & mask;
    for (const key of keys) {
      [left, right] = [right, left ^ (mix(right ^ key) & mask)];
    }
    return left * (mask + 1) + right;
  }
  return (i) => {
    let value = encipher(i);
    while (value >= n) value = encipher(value);
    return value;
  };
}

/** A well-mixing function of 32 bits (MurmurHash3's finaliser). */
function mix(value: number): number {
  let h = value;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
