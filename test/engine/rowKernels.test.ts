import { afterEach, describe, expect, it } from 'vitest';
import { Random } from '../../core/base/random.ts';
import { permutedAxes } from '../../core/engine/wasm/kernels/permute.ts';
import { erf } from './exact.ts';
import { KernelMemory, normals, worstDifference } from './kernelMemory.ts';

/*
 * Kernels on rows (tokens, attention weights) against plain loops in double precision, written from the definition of what
 * they compute. Lengths are drawn so that sixteen-element, vector and single-element paths all run.
 */

const memory = new KernelMemory();
const { kernels } = memory;
const draws = 12;
const tolerance = 2e-6;

afterEach(() => {
  expect(memory.close()).toBe(true);
});

const lengthOf = (random: Random) => random.choice([1, 2, 3, 4, 5, 7, 15, 16, 17, 31, 64, 130]);
const rowsOf = (random: Random) => random.choice([1, 2, 3, 4, 5, 9, 64, 65, 130]);
const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
const rowsIn = (values: ArrayLike<number>, length: number) =>
  Array.from({ length: values.length / length }, (_, r) => Array.from({ length }, (_, i) => values[r * length + i]));

describe('GELU', () => {
  const normal = (u: number) => (1 + erf(u * Math.SQRT1_2)) / 2;
  const slope = (u: number) => normal(u) + u * Math.exp(-u * u / 2) / Math.sqrt(2 * Math.PI);
  const worst = (actual: readonly number[], expected: readonly number[]) =>
    Math.max(...actual.map((value, i) => Math.abs(value - expected[i])));

  it('and its slope are exact to a few units of float32 at any input', () => {
    const count = 40_003;
    const x = Float32Array.from({ length: count }, (_, i) => -12 + i * 24 / count);
    const [xAt, y, dx] = [memory.put(x), memory.space(count), memory.space(count)];
    kernels.gelu(xAt, y, count);
    kernels.geluGradient(memory.put(new Float32Array(count).fill(1)), xAt, dx, count);
    // The error function itself, below 1e-6: GELU divided by what multiplies it.
    const cumulative = memory.get(y, count).map((value, i) => value / x[i]);
    expect(worst(cumulative.filter((_, i) => Math.abs(x[i]) > 0.1), [...x].filter((value) => Math.abs(value) > 0.1).map(normal))).toBeLessThan(5e-7);
    expect(worst(memory.get(y, count), [...x].map((u) => u * normal(u)))).toBeLessThan(3e-6);
    expect(worst(memory.get(dx, count), [...x].map(slope))).toBeLessThan(2e-6);
  });

  it('stays near zero far below it, and near the input far above', () => {
    const x = [-1e30, -1000, -50, 50, 1000, 1e30];
    const [xAt, y, dx] = [memory.put(x), memory.space(6), memory.space(6)];
    kernels.gelu(xAt, y, 6);
    kernels.geluGradient(memory.put(new Float32Array(6).fill(1)), xAt, dx, 6);
    memory.get(y, 6).forEach((value, i) => expect(Math.abs(value - Math.max(0, x[i]))).toBeLessThan(3e-6 + 3e-7 * Math.max(0, x[i])));
    memory.get(dx, 6).forEach((value, i) => expect(Math.abs(value - (x[i] > 0 ? 1 : 0))).toBeLessThan(2e-6));
  });

  it('lets what is not a number through', () => {
    const y = memory.space(5);
    kernels.gelu(memory.put(new Array<number>(5).fill(NaN)), y, 5);
    expect(memory.get(y, 5)).toEqual(new Array<number>(5).fill(NaN));
  });

  it('takes a bias along', () => {
    const random = new Random('bias gelu');
    for (let draw = 0; draw < draws; draw++) {
      const [rows, length] = [rowsOf(random), lengthOf(random)];
      const [x, dy, bias] = [normals(random, rows * length, 2), normals(random, rows * length), normals(random, length)];
      const [xAt, dyAt, biasAt, y, dx] = [memory.put(x), memory.put(dy), memory.put(bias), memory.space(x.length), memory.space(x.length)];
      kernels.biasGelu(xAt, biasAt, y, rows, length);
      kernels.biasGeluGradient(dyAt, xAt, biasAt, dx, rows, length);
      const inputs = [...x].map((value, i) => value + bias[i % length]);
      expect(worstDifference(memory.get(y, x.length), inputs.map((u) => u * normal(u)))).toBeLessThan(tolerance);
      expect(worstDifference(memory.get(dx, x.length), inputs.map((u, i) => dy[i] * slope(u)))).toBeLessThan(tolerance);
    }
  });
});

describe('layer norm of rows', () => {
  it.each([false, true])('normalises and differentiates (residual: %s)', (withResidual) => {
    const random = new Random(`layer norm of rows ${withResidual}`);
    const epsilon = 1e-3;
    for (let draw = 0; draw < draws; draw++) {
      const [rows, length] = [rowsOf(random), lengthOf(random)];
      const x = normals(random, rows * length, 2).map((value) => value + 1);
      const [dy, residual, scale, bias] = [rows * length, rows * length, length, length].map((count) => normals(random, count));
      const [xAt, dyAt, residualAt, scaleAt, biasAt] = [x, dy, residual, scale, bias].map((values) => memory.put(values));
      const [mean, inverse, y, dx] = [rows, rows, x.length, x.length].map((count) => memory.space(count));
      const [dScale, dBias, scratch] = [length, length, 2 * length].map((count) => memory.space(count));
      kernels.normaliseRows(xAt, scaleAt, biasAt, y, mean, inverse, rows, length, epsilon);
      kernels[withResidual ? 'normaliseRowsGradientTo' : 'normaliseRowsGradient'](
        dyAt, xAt, mean, inverse, scaleAt, residualAt, dx, dScale, dBias, scratch, rows, length);
      const expected = { y: [] as number[], dx: [] as number[], dScale: new Array<number>(length).fill(0), dBias: new Array<number>(length).fill(0) };
      rowsIn(x, length).forEach((row, r) => {
        const average = sum(row) / length;
        const deviation = Math.sqrt(sum(row.map((value) => (value - average) ** 2)) / length + epsilon);
        const normalised = row.map((value) => (value - average) / deviation);
        const gradient = row.map((_, i) => dy[r * length + i]);
        const scaled = gradient.map((value, i) => value * scale[i]);
        const along = sum(scaled.map((value, i) => value * normalised[i])) / length;
        row.forEach((_, i) => {
          expected.y.push(normalised[i] * scale[i] + bias[i]);
          expected.dx.push((withResidual ? residual[r * length + i] : 0) + (scaled[i] - sum(scaled) / length - normalised[i] * along) / deviation);
          expected.dScale[i] += gradient[i] * normalised[i];
          expected.dBias[i] += gradient[i];
        });
      });
      expect(worstDifference(memory.get(y, x.length), expected.y)).toBeLessThan(1e-5);
      expect(worstDifference(memory.get(dx, x.length), expected.dx)).toBeLessThan(2e-5);
      expect(worstDifference(memory.get(dScale, length), expected.dScale)).toBeLessThan(1e-5);
      expect(worstDifference(memory.get(dBias, length), expected.dBias)).toBeLessThan(1e-5);
    }
  });
});

describe('softmax of rows', () => {
  it('normalises and differentiates, whatever the size of the logits', () => {
    const random = new Random('softmax of rows');
    for (let draw = 0; draw < draws; draw++) {
      const [rows, length] = [rowsOf(random), lengthOf(random)];
      const spread = random.choice([0.1, 3, 40]);
      const x = normals(random, rows * length, spread).map((value) => value + random.choice([0, 0, 500]));
      const dy = normals(random, x.length);
      const [y, dx] = [memory.space(x.length), memory.space(x.length)];
      kernels.softmaxRows(memory.put(x), y, rows, length);
      kernels.softmaxRowsGradient(memory.put(dy), y, dx, rows, length);
      const weights = rowsIn(x, length).map((row) => {
        const largest = Math.max(...row);
        const total = sum(row.map((value) => Math.exp(value - largest)));
        return row.map((value) => Math.exp(value - largest) / total);
      });
      const gradient = weights.flatMap((row, r) => {
        const along = sum(row.map((weight, i) => weight * dy[r * length + i]));
        return row.map((weight, i) => weight * (dy[r * length + i] - along));
      });
      expect(worstDifference(memory.get(y, x.length), weights.flat())).toBeLessThan(tolerance);
      expect(worstDifference(memory.get(dx, x.length), gradient)).toBeLessThan(tolerance);
    }
  });

  it('works in place', () => {
    const x = Float32Array.of(1, 2, 3, 4, 5, 6, 7);
    const at = memory.put(x);
    kernels.softmaxRows(at, at, 1, 7);
    expect(sum(memory.get(at, 7))).toBeCloseTo(1, 6);
  });
});

describe('sums and biases', () => {
  it('down columns, along groups', () => {
    const random = new Random('sum columns');
    for (let draw = 0; draw < draws; draw++) {
      const [groups, rows, length] = [1 + random.integer(3), rowsOf(random), lengthOf(random)];
      const x = normals(random, groups * rows * length);
      const y = memory.space(groups * length);
      kernels.sumColumns(memory.put(x), y, groups, rows, length, 0.5);
      const expected = new Array<number>(groups * length).fill(0);
      x.forEach((value, i) => { expected[Math.floor(i / (rows * length)) * length + i % length] += 0.5 * value; });
      expect(worstDifference(memory.get(y, expected.length), expected)).toBeLessThan(1e-5);
    }
  });

  it('repeat a row, and add a bias to a sum', () => {
    const random = new Random('repeat rows');
    for (let draw = 0; draw < draws; draw++) {
      const [groups, rows, length] = [1 + random.integer(3), rowsOf(random), lengthOf(random)];
      const size = groups * rows * length;
      const [x, a, b] = [normals(random, groups * length), normals(random, size), normals(random, size)];
      const [xAt, y, z] = [memory.put(x), memory.space(size), memory.space(size)];
      kernels.repeatRows(xAt, y, groups, rows, length);
      expect(memory.get(y, size)).toEqual(Array.from({ length: size }, (_, i) => x[Math.floor(i / (rows * length)) * length + i % length]));
      kernels.addBiasTo(memory.put(a), xAt, memory.put(b), z, groups * rows, length);
      expect(worstDifference(memory.get(z, size), [...a].map((value, i) => value + b[i] + x[i % length]))).toBeLessThan(tolerance);
    }
  });

  const arithmetic: Record<string, (a: number, b: number) => number> = {
    add: (a, b) => a + b, sub: (a, b) => a - b, mul: (a, b) => a * b, div: (a, b) => a / b,
  };
  it.each(Object.keys(arithmetic))('%s a number for each column', (name) => {
    const random = new Random(`columns ${name}`);
    for (let draw = 0; draw < draws; draw++) {
      const [rows, length] = [rowsOf(random), lengthOf(random)];
      const a = normals(random, rows * length);
      const b = normals(random, length).map((value) => value + Math.sign(value));
      const y = memory.space(a.length);
      kernels[`${name}Columns`](memory.put(a), memory.put(b), y, rows, length);
      expect(worstDifference(memory.get(y, a.length), [...a].map((value, i) => arithmetic[name](value, b[i % length])))).toBeLessThan(tolerance);
    }
  });
});

describe('permute', () => {
  it('copies axes in any order, with runs of any length', () => {
    const random = new Random('permute');
    for (let draw = 0; draw < 2 * draws; draw++) {
      const sizes = Array.from({ length: permutedAxes }, () => 1 + random.integer(4));
      const run = random.choice([1, 1, 2, 5, 16, 19]);
      const order = random.shuffled(sizes.map((_, axis) => axis));
      const strides = sizes.map((_, axis) => sizes.slice(axis + 1).reduce((a, b) => a * b, run));
      const length = sizes.reduce((a, b) => a * b, run);
      const x = normals(random, length);
      const y = memory.space(length);
      kernels.permute(memory.put(x), y, ...order.map((axis) => sizes[axis]), ...order.map((axis) => strides[axis]), run);
      const expected: number[] = [];
      const walk = (depth: number, from: number) => {
        if (depth === order.length) for (let i = 0; i < run; i++) expected.push(x[from + i]);
        else for (let i = 0; i < sizes[order[depth]]; i++) walk(depth + 1, from + i * strides[order[depth]]);
      };
      walk(0, 0);
      expect(memory.get(y, length)).toEqual(expected);
    }
  });
});
