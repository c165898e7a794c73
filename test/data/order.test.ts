import { describe, expect, it } from 'vitest';
import { batchIndices, indexRange, permutation } from '../../core/data/order.ts';

const ascending = (n: number) => Array.from({ length: n }, (_, i) => i);
const sorted = (values: Iterable<number>) => [...values].sort((a, b) => a - b);

describe('permutation', () => {
  it.each([1, 2, 3, 5, 16, 17, 100, 1000, 4097])('of %i numbers has each of them once', (n) => {
    const place = permutation('seed', n);
    expect(sorted(ascending(n).map(place))).toEqual(ascending(n));
  });

  it('sends every number everywhere equally often', () => {
    // Chi-square of 10 places over 2,000 seeds, for each of 10 numbers: 9 degrees of freedom, 99.99 % below 33.7.
    const counts = ascending(10).map(() => new Array<number>(10).fill(0));
    for (let seed = 0; seed < 2000; seed++) {
      const place = permutation(seed, 10);
      for (let i = 0; i < 10; i++) counts[i][place(i)]++;
    }
    for (const row of counts) expect(row.reduce((sum, count) => sum + (count - 200) ** 2 / 200, 0)).toBeLessThan(33.7);
  });

  it('keeps no neighbours together', () => {
    const place = permutation(7, 1000);
    // In a random order of n numbers, about two neighbours stay neighbours.
    expect(ascending(999).filter((i) => Math.abs(place(i) - place(i + 1)) === 1).length).toBeLessThan(12);
  });
});

describe('batchIndices', () => {
  it('visits every image once per epoch, also when batches straddle epochs', () => {
    const steps = ascending(10).flatMap((step) => [...batchIndices(3, step, 7, 10)]);
    for (let epoch = 0; epoch < 7; epoch++) expect(sorted(steps.slice(epoch * 10, epoch * 10 + 10))).toEqual(ascending(10));
  });

  it('orders each epoch and each seed differently', () => {
    const epoch = (seed: number, e: number) => [...batchIndices(seed, e, 50, 50)].join();
    expect(new Set([epoch(1, 0), epoch(1, 1), epoch(1, 2), epoch(2, 0)]).size).toBe(4);
  });

  it('depends on nothing but its arguments, so that training resumes at any step', () => {
    const later = batchIndices('run', 123, 32, 1000);
    for (let step = 0; step < 123; step++) batchIndices('run', step, 32, 1000);
    expect(batchIndices('run', 123, 32, 1000)).toEqual(later);
  });

  it('fills batches larger than the set', () => {
    expect(sorted(batchIndices(1, 0, 12, 4))).toEqual([0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3]);
  });
});

describe('indexRange', () => {
  it('ends with the split', () => {
    expect([...indexRange(4, 4, 10)]).toEqual([4, 5, 6, 7]);
    expect([...indexRange(8, 4, 10)]).toEqual([8, 9]);
    expect([...indexRange(12, 4, 10)]).toEqual([]);
  });
});
