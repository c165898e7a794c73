import { afterEach, describe, expect, it } from 'vitest';
import { Random } from '../../core/base/random.ts';
import { KernelMemory, normals, worstDifference } from './kernelMemory.ts';

/* Sums over gradients of low rank against plain loops in double precision, written from the definition of what they compute. */

const memory = new KernelMemory();
const { kernels } = memory;

afterEach(() => {
  expect(memory.close()).toBe(true);
});

const lengthOf = (random: Random) => random.choice([1, 2, 3, 4, 5, 7, 15, 16, 17, 31, 64, 130]);

describe('sums along rows', () => {
  it.each(['dotRows', 'absoluteDotRows'])('%s', (name) => {
    const random = new Random(name);
    for (let draw = 0; draw < 12; draw++) {
      const [rows, length] = [1 + random.integer(5), lengthOf(random)];
      const [a, b] = [normals(random, rows * length), normals(random, rows * length)];
      const y = memory.space(rows);
      kernels[name](memory.put(a), memory.put(b), y, rows, length);
      const expected = Array.from({ length: rows }, (_, r) => a.subarray(r * length, (r + 1) * length)
        .reduce((sum, value, i) => sum + (name === 'dotRows' ? value * b[r * length + i] : Math.abs(value * b[r * length + i])), 0));
      expect(worstDifference(memory.get(y, rows), expected)).toBeLessThan(2e-6);
    }
  });
});

describe('saliency of a sum of outer products', () => {
  it.each([1, 2, 5])('of %i', (count) => {
    const random = new Random(`outer ${count}`);
    for (let draw = 0; draw < 8; draw++) {
      const [rows, columns] = [lengthOf(random), lengthOf(random)];
      const [w, a, g] = [normals(random, rows * columns), normals(random, count * rows), normals(random, count * columns)];
      const y = memory.space(1);
      kernels.outerSaliency(memory.put(w), memory.put(a), memory.put(g), y, rows, columns, count);
      let expected = 0;
      for (let i = 0; i < rows; i++) {
        for (let j = 0; j < columns; j++) {
          let gradient = 0;
          for (let c = 0; c < count; c++) gradient += a[c * rows + i] * g[c * columns + j];
          expected += Math.abs(w[i * columns + j] * gradient);
        }
      }
      expect(worstDifference(memory.get(y, 1), [expected])).toBeLessThan(2e-6);
    }
  });
});
