import { afterEach, describe, expect, it } from 'vitest';
import { Random } from '../../core/base/random.ts';
import { erf } from './exact.ts';
import { KernelMemory, normals, worstDifference } from './kernelMemory.ts';

/*
 * Kernels on values with their derivatives along a curve, against the product and chain rules written out in double
 * precision.
 */

const memory = new KernelMemory();
const { kernels } = memory;
const draws = 8;
const tolerance = 3e-6;
const binomial = [[1], [1, 1], [1, 2, 1]];

afterEach(() => {
  expect(memory.close()).toBe(true);
});

const lengthOf = (random: Random) => random.choice([1, 2, 4, 5, 8, 15, 16, 17, 33, 64, 130]);
const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
const range = (count: number) => [...Array(count).keys()];

describe.each([1, 2, 3])('with %i components', (components) => {
  it('lay out the left factor of a product: row i of a query holds what multiplies b, b\' and b\'\' in (a b)^(i)', () => {
    const random = new Random(`factor ${components}`);
    for (let draw = 0; draw < draws; draw++) {
      const [rows, width, gap] = [1 + random.integer(5), lengthOf(random), random.integer(3)];
      const [rowStride, componentStride] = [width + gap, rows * (width + gap) + 5];
      const a = normals(random, components * componentStride);
      const y = memory.space(rows * components * components * width);
      kernels[`jetFactor${components}`](memory.put(a), y, rows, width, rowStride, componentStride);
      const expected = range(rows).flatMap((row) => range(components).flatMap((derivative) => range(components).flatMap((j) => range(width).map((i) =>
        (j > derivative ? 0 : binomial[derivative][j] * a[(derivative - j) * componentStride + row * rowStride + i])))));
      expect(memory.get(y, expected.length)).toEqual(expected.map(Math.fround));
    }
  });

  it('sum the products of derivatives to derivatives of the product', () => {
    const random = new Random(`product ${components}`);
    for (let draw = 0; draw < draws; draw++) {
      const [rows, width, gap] = [1 + random.integer(5), lengthOf(random), random.integer(3)];
      const [rowStride, componentStride] = [width + gap, rows * (width + gap) + 5];
      const x = normals(random, rows * components * components * width);
      const y = memory.put(new Float32Array(components * componentStride).fill(7));
      kernels[`jetProduct${components}`](memory.put(x), y, rows, width, rowStride, componentStride);
      const found = memory.get(y, components * componentStride);
      const expected = found.map(() => 7);
      for (const row of range(rows)) {
        for (const derivative of range(components)) {
          for (const i of range(width)) {
            expected[derivative * componentStride + row * rowStride + i] = sum(binomial[derivative].map((factor, j) =>
              factor * x[((row * components + derivative - j) * components + j) * width + i]));
          }
        }
      }
      expect(worstDifference(found, expected)).toBeLessThan(tolerance);
    }
  });

});

describe.each([2, 3])('with %i components', (components) => {
  it.each([[1, 0], [30, 0], [1, 50]])('turn logits into weights with derivatives (values of size %d, slopes around %d)', (size, offset) => {
    const random = new Random(`softmax ${components} ${size}`);
    for (let draw = 0; draw < draws; draw++) {
      const [rows, length] = [1 + random.integer(4), lengthOf(random)];
      const z = range(rows).flatMap(() => range(components).flatMap((c) => [...normals(random, length, c === 0 ? size : 1)].map((value) => value + (c === 1 ? offset : 0)))).map(Math.fround);
      const at = memory.put(z);
      kernels[`jetSoftmax${components}`](at, rows, length);
      const found = memory.get(at, z.length);
      for (const row of range(rows)) {
        const [z0, z1, z2] = range(components).map((c) => z.slice((row * components + c) * length, (row * components + c + 1) * length));
        const most = Math.max(...z0);
        const powers = z0.map((value) => Math.exp(value - most));
        const p = powers.map((power) => power / sum(powers));
        const mean = sum(p.map((weight, i) => weight * z1[i]));
        const centred = z1.map((value) => value - mean);
        const expected = [p, p.map((weight, i) => weight * centred[i])];
        if (z2) {
          const t = z2.map((value, i) => value + centred[i] ** 2);
          const along = sum(p.map((weight, i) => weight * t[i]));
          expected.push(p.map((weight, i) => weight * (t[i] - along)));
        }
        // Slopes far from zero leave their rounding.
        expect(worstDifference(found.slice(row * components * length, (row + 1) * components * length), expected.flat())).toBeLessThan(tolerance * (1 + offset));
      }
    }
  });

  it('take activations with their bias', () => {
    const random = new Random(`gelu ${components}`);
    const normal = (u: number) => (1 + erf(u * Math.SQRT1_2)) / 2;
    const density = (u: number) => Math.exp(-u * u / 2) / Math.sqrt(2 * Math.PI);
    for (let draw = 0; draw < draws; draw++) {
      const [images, rows, length] = [1 + random.integer(3), 1 + random.integer(4), lengthOf(random)];
      const x = normals(random, images * components * rows * length, 2);
      const bias = normals(random, length);
      const y = memory.space(x.length);
      kernels[`jetGelu${components}`](memory.put(x), memory.put(bias), y, images, rows, length);
      const each = rows * length;
      const expected = range(x.length).map((at) => {
        const [image, component, place] = [Math.floor(at / each / components), Math.floor(at / each) % components, at % each];
        const [x0, x1, x2] = range(components).map((c) => x[(image * components + c) * each + place]);
        const u = x0 + bias[place % length];
        const slope = normal(u) + u * density(u);
        return [u * normal(u), slope * x1, slope * x2 + (2 - u * u) * density(u) * x1 * x1][component];
      });
      expect(worstDifference(memory.get(y, x.length), expected)).toBeLessThan(tolerance);
    }
  });

  it('have activations that are straight far from zero', () => {
    const x = [[1000, -1000, 1e30, -1e30], [2, 3, 4, 5], [6, 7, 8, 9]].slice(0, components).flat();
    const y = memory.space(x.length);
    kernels[`jetGelu${components}`](memory.put(x), memory.put([0, 0, 0, 0]), y, 1, 1, 4);
    const slopes = [1, 0, 1, 0];
    expect(worstDifference(memory.get(y, x.length).slice(4), x.slice(4).map((value, i) => value * slopes[i % 4]))).toBeLessThan(tolerance);
  });
});
