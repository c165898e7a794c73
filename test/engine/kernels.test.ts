import { afterEach, describe, expect, it } from 'vitest';
import { Random } from '../../core/base/random.ts';
import { productImages } from '../../core/engine/wasm/kernels/products.ts';
import { KernelMemory, normals, worstDifference } from './kernelMemory.ts';

/*
 * Every vector kernel against plain loops in double precision, written from the definition of what it computes. Sizes
 * are drawn so that bulk, vector and single-element paths all run; sentinels catch writes beyond an array's end.
 */

const memory = new KernelMemory();
const { kernels } = memory;
const draws = 12;
const tolerance = 2e-6;

afterEach(() => {
  expect(memory.close()).toBe(true);
});

const lengthOf = (random: Random) => random.choice([1, 2, 3, 4, 5, 7, 15, 16, 17, 31, 64, 130]);
const clamp = (value: number) => Math.min(1, Math.max(0, value));
const hardSigmoid = (x: number) => clamp(x / 6 + 0.5);
const hardSwish = (x: number) => x * hardSigmoid(x);
const hardSwishSlope = (x: number) => (x <= -3 ? 0 : x >= 3 ? 1 : x / 3 + 0.5);

describe('products of rows', () => {
  it('are summed for each pair once, also of a stretch of longer rows', () => {
    const random = new Random('rows');
    for (let draw = 0; draw < draws; draw++) {
      const [rows, length, gap] = [1 + random.integer(9), lengthOf(random), random.integer(4)];
      const stride = length + gap;
      const x = normals(random, rows * stride);
      const y = memory.put(new Float32Array(rows * rows));
      kernels.gramRows(memory.put(x), y, rows, stride, length);
      const expected = Array.from({ length: rows * rows }, (_, at) => {
        const [i, j] = [Math.floor(at / rows), at % rows];
        let sum = 0;
        if (j <= i) for (let k = 0; k < length; k++) sum += x[i * stride + k] * x[j * stride + k];
        return sum;
      });
      expect(worstDifference(memory.get(y, rows * rows), expected)).toBeLessThan(tolerance);
    }
  });
});

describe('elementwise kernels', () => {
  const unaries: Record<string, (x: number) => number> = {
    hardSwish, hardSigmoid, relu: (x) => Math.max(0, x), neg: (x) => -x, abs: Math.abs, sqrt: Math.sqrt,
  };
  it.each(Object.keys(unaries))('%s', (name) => {
    const random = new Random(name);
    for (const length of [1, 3, 4, 15, 16, 37]) {
      const x = normals(random, length, 3).map((value) => (name === 'sqrt' ? Math.abs(value) : value));
      const y = memory.space(length);
      kernels[name](memory.put(x), y, length);
      expect(worstDifference(memory.get(y, length), [...x].map(unaries[name]))).toBeLessThan(tolerance);
    }
  });

  it.each(['hardSwish', 'hardSigmoid', 'relu'])('%s lets what is not a number through', (name) => {
    const y = memory.space(5);
    kernels[name](memory.put([NaN, NaN, NaN, NaN, NaN]), y, 5);
    expect(memory.get(y, 5)).toEqual([NaN, NaN, NaN, NaN, NaN]);
  });

  const gradients: Record<string, (gradient: number, x: number) => number> = {
    hardSwishGradient: (gradient, x) => gradient * hardSwishSlope(x),
    hardSigmoidGradient: (gradient, x) => (Math.abs(x) < 3 ? gradient / 6 : 0),
    reluGradient: (gradient, x) => (x > 0 ? gradient : 0),
  };
  it.each(Object.keys(gradients))('%s', (name) => {
    const random = new Random(name);
    for (const length of [1, 3, 4, 15, 16, 37]) {
      const gradient = normals(random, length);
      const x = normals(random, length, 3);
      const y = memory.space(length);
      kernels[name](memory.put(gradient), memory.put(x), y, length);
      expect(worstDifference(memory.get(y, length), [...x].map((value, i) => gradients[name](gradient[i], value)))).toBeLessThan(tolerance);
    }
  });

  const arithmetic: Record<string, (a: number, b: number) => number> = {
    add: (a, b) => a + b, sub: (a, b) => a - b, mul: (a, b) => a * b, div: (a, b) => a / b,
  };
  it.each(Object.keys(arithmetic))('%s with arrays, numbers, rows and planes', (name) => {
    const random = new Random(name);
    const apply = arithmetic[name];
    for (let draw = 0; draw < draws; draw++) {
      const [channels, positions, batch] = [1 + random.integer(4), 1 + random.integer(5), lengthOf(random)];
      const length = channels * positions * batch;
      const a = normals(random, length);
      const b = normals(random, length).map((value) => value + Math.sign(value));
      const [aAt, bAt, y] = [memory.put(a), memory.put(b), memory.space(length)];
      const check = (of: (i: number) => number) =>
        expect(worstDifference(memory.get(y, length), [...a].map((value, i) => apply(value, of(i))))).toBeLessThan(tolerance);
      kernels[name](aAt, bAt, y, length);
      check((i) => b[i]);
      kernels[`${name}Scalar`](aAt, y, length, 0.75);
      check(() => 0.75);
      kernels[`${name}Rows`](aAt, bAt, y, channels, positions * batch);
      check((i) => b[Math.floor(i / (positions * batch))]);
      kernels[`${name}Planes`](aAt, bAt, y, channels, positions, batch);
      check((i) => b[Math.floor(i / (positions * batch)) * batch + i % batch]);
    }
  });
});

describe('reductions', () => {
  it('sums rows, planes and squares, and expands planes', () => {
    const random = new Random('reductions');
    for (let draw = 0; draw < draws; draw++) {
      const [channels, positions, batch] = [1 + random.integer(4), random.choice([1, 2, 63, 64, 65, 150]), lengthOf(random)];
      const length = channels * positions * batch;
      const x = normals(random, length);
      const [xAt, rows, planes, square] = [memory.put(x), memory.space(channels), memory.space(channels * batch), memory.space(1)];
      kernels.sumRows(xAt, rows, channels, positions * batch, 0.5);
      kernels.sumPlanes(xAt, planes, channels, positions, batch, 0.25);
      kernels.sumOfSquares(xAt, square, length);
      const rowSums = new Array<number>(channels).fill(0);
      const planeSums = new Array<number>(channels * batch).fill(0);
      x.forEach((value, i) => {
        const channel = Math.floor(i / (positions * batch));
        rowSums[channel] += 0.5 * value;
        planeSums[channel * batch + i % batch] += 0.25 * value;
      });
      expect(worstDifference(memory.get(rows, channels), rowSums)).toBeLessThan(tolerance);
      expect(worstDifference(memory.get(planes, channels * batch), planeSums)).toBeLessThan(tolerance);
      expect(worstDifference(memory.get(square, 1), [x.reduce((sum, value) => sum + value * value, 0)])).toBeLessThan(tolerance);

      const expanded = memory.space(length);
      kernels.expandPlanes(xAt, expanded, channels, positions, batch);
      expect(memory.get(expanded, length)).toEqual(Array.from({ length }, (_, i) => x[Math.floor(i / (positions * batch)) * batch + i % batch]));
    }
  });

  it('keeps the precision of long sums', () => {
    const x = new Float32Array(1_000_001).fill(0.1);
    // Added up one by one in float32 these are off by 1 %.
    expect(worstDifference([x.reduce((sum, value) => Math.fround(sum + value))], [x.length * x[0]])).toBeGreaterThan(1e-3);
    const y = memory.space(1);
    kernels.sumRows(memory.put(x), y, 1, x.length, 1);
    expect(worstDifference(memory.get(y, 1), [x.length * x[0]])).toBeLessThan(1e-6);
  });
});

describe('batch norm', () => {
  it.each(['', 'HardSwish'])('normalises and differentiates%s', (activation) => {
    const random = new Random(`batch norm ${activation}`);
    const [after, slope] = activation ? [hardSwish, hardSwishSlope] : [(v: number) => v, () => 1];
    const epsilon = 1e-3;
    for (let draw = 0; draw < draws; draw++) {
      const [channels, length] = [1 + random.integer(5), random.choice([2, 3, 17, 64, 250, 5000])];
      const x = normals(random, channels * length, 2).map((value) => value + 3);
      const dy = normals(random, channels * length);
      const [scale, bias] = [normals(random, channels), normals(random, channels, 2)];
      const [xAt, dyAt, scaleAt, biasAt] = [x, dy, scale, bias].map((values) => memory.put(values));
      const [mean, variance, dScale, dBias] = [1, 2, 3, 4].map(() => memory.space(channels));
      const [y, dx] = [memory.space(x.length), memory.space(x.length)];
      kernels.batchStatistics(xAt, mean, variance, channels, length);
      kernels[`batchNorm${activation}`](xAt, mean, variance, scaleAt, biasAt, y, channels, length, epsilon);
      kernels[`batchNorm${activation}Gradient`](dyAt, xAt, mean, variance, scaleAt, biasAt, dx, dScale, dBias, channels, length, epsilon);
      for (let c = 0; c < channels; c++) {
        const row = [...x.slice(c * length, (c + 1) * length)];
        const average = row.reduce((a, b) => a + b) / length;
        const spread = row.reduce((sum, value) => sum + (value - average) ** 2, 0) / length;
        const deviation = Math.sqrt(spread + epsilon);
        const normalised = row.map((value) => (value - average) / deviation);
        const before = normalised.map((value) => value * scale[c] + bias[c]);
        const gradient = before.map((value, i) => dy[c * length + i] * slope(value));
        const biasGradient = gradient.reduce((a, b) => a + b);
        const scaleGradient = gradient.reduce((sum, value, i) => sum + value * normalised[i], 0);
        const input = gradient.map((value, i) => scale[c] / deviation * (value - biasGradient / length - normalised[i] * scaleGradient / length));
        expect(worstDifference(memory.get(mean + 4 * c, 1), [average])).toBeLessThan(tolerance);
        expect(worstDifference(memory.get(variance + 4 * c, 1), [spread])).toBeLessThan(tolerance);
        expect(worstDifference(memory.get(y + 4 * c * length, length), before.map(after))).toBeLessThan(1e-5);
        expect(worstDifference(memory.get(dBias + 4 * c, 1), [biasGradient])).toBeLessThan(1e-5);
        expect(worstDifference(memory.get(dScale + 4 * c, 1), [scaleGradient])).toBeLessThan(1e-5);
        expect(worstDifference(memory.get(dx + 4 * c * length, length), input)).toBeLessThan(1e-5);
      }
    }
  });
});

describe('batch norm of a share of the batch', () => {
  it.each(['', 'HardSwish'])('sums its part of the gradients%s, and differentiates from the sums of all', (activation) => {
    const random = new Random(`batch norm share ${activation}`);
    const slope = activation ? hardSwishSlope : () => 1;
    const epsilon = 1e-3;
    for (let draw = 0; draw < draws; draw++) {
      const [channels, length, others] = [1 + random.integer(5), random.choice([1, 2, 3, 17, 64, 250]), 1 + random.integer(300)];
      const x = normals(random, channels * length, 2).map((value) => value + 3);
      const dy = normals(random, channels * length);
      const [scale, bias, mean] = [normals(random, channels), normals(random, channels, 2), normals(random, channels).map((value) => value + 3)];
      const variance = normals(random, channels).map((value) => 1 + value * value);
      // What the other shares have summed up is as large as what is here.
      const [theirScale, theirBias] = [normals(random, channels, 10), normals(random, channels, 10)];
      const [dyAt, xAt, meanAt, varianceAt, scaleAt, biasAt] = [dy, x, mean, variance, scale, bias].map((values) => memory.put(values));
      const [before, dScale, dBias, dx] = [x.length, channels, channels, x.length].map((size) => memory.space(size));
      kernels[`batchNorm${activation}GradientSums`](dyAt, xAt, meanAt, varianceAt, scaleAt, biasAt, before, dScale, dBias, channels, length, epsilon);
      kernels.batchNormGradientFromSums(
        activation ? before : dyAt, xAt, meanAt, varianceAt, scaleAt, memory.put(theirScale), memory.put(theirBias), dx, channels, length, length + others, epsilon);
      for (let c = 0; c < channels; c++) {
        const deviation = Math.sqrt(variance[c] + epsilon);
        const normalised = [...x.slice(c * length, (c + 1) * length)].map((value) => (value - mean[c]) / deviation);
        const gradient = normalised.map((n, i) => dy[c * length + i] * slope(n * scale[c] + bias[c]));
        const input = gradient.map((g, i) =>
          scale[c] / deviation * (g - theirBias[c] / (length + others) - normalised[i] * theirScale[c] / (length + others)));
        expect(worstDifference(memory.get(dBias + 4 * c, 1), [gradient.reduce((a, b) => a + b)])).toBeLessThan(1e-5);
        expect(worstDifference(memory.get(dScale + 4 * c, 1), [gradient.reduce((sum, g, i) => sum + g * normalised[i], 0)])).toBeLessThan(1e-5);
        expect(worstDifference(memory.get(dx + 4 * c * length, length), input)).toBeLessThan(1e-5);
      }
    }
  });
});

describe('layer norm of columns', () => {
  it('normalises and differentiates', () => {
    const random = new Random('layer norm');
    const epsilon = 1e-3;
    for (let draw = 0; draw < draws; draw++) {
      const [channels, positions, columns] = [random.choice([1, 2, 5, 21, 65]), random.choice([1, 1, 3]), lengthOf(random)];
      const rows = channels * positions;
      const x = normals(random, rows * columns, 2).map((value) => value + 1);
      const dy = normals(random, rows * columns);
      const [scale, bias] = [normals(random, channels), normals(random, channels)];
      const channelOf = (row: number) => Math.floor(row / positions);
      const [xAt, dyAt, scaleAt, biasAt] = [x, dy, scale, bias].map((values) => memory.put(values));
      const [mean, inverse, y, dx] = [columns, columns, x.length, x.length].map((length) => memory.space(length));
      const [dScale, dBias, scratch] = [rows, rows, 2 * columns].map((length) => memory.space(length));
      kernels.columnStatistics(xAt, mean, inverse, rows, columns, epsilon);
      kernels.normaliseColumns(xAt, mean, inverse, scaleAt, biasAt, y, channels, positions, columns);
      kernels.columnGradient(dyAt, xAt, mean, inverse, scaleAt, dx, dScale, dBias, scratch, channels, positions, columns);
      const expected = { y: [] as number[], dx: [] as number[], dScale: new Array<number>(rows).fill(0), dBias: new Array<number>(rows).fill(0) };
      for (let j = 0; j < columns; j++) {
        const column = Array.from({ length: rows }, (_, i) => x[i * columns + j]);
        const average = column.reduce((a, b) => a + b) / rows;
        const deviation = Math.sqrt(column.reduce((sum, value) => sum + (value - average) ** 2, 0) / rows + epsilon);
        const normalised = column.map((value) => (value - average) / deviation);
        const scaled = normalised.map((_, i) => dy[i * columns + j] * scale[channelOf(i)]);
        const level = scaled.reduce((a, b) => a + b) / rows;
        const along = scaled.reduce((sum, value, i) => sum + value * normalised[i], 0) / rows;
        for (let i = 0; i < rows; i++) {
          expected.y[i * columns + j] = normalised[i] * scale[channelOf(i)] + bias[channelOf(i)];
          expected.dx[i * columns + j] = (scaled[i] - level - normalised[i] * along) / deviation;
          expected.dScale[i] += dy[i * columns + j] * normalised[i];
          expected.dBias[i] += dy[i * columns + j];
        }
      }
      expect(worstDifference(memory.get(y, x.length), expected.y)).toBeLessThan(1e-5);
      expect(worstDifference(memory.get(dx, x.length), expected.dx)).toBeLessThan(1e-5);
      expect(worstDifference(memory.get(dScale, rows), expected.dScale)).toBeLessThan(1e-5);
      expect(worstDifference(memory.get(dBias, rows), expected.dBias)).toBeLessThan(1e-5);
    }
  });
});

describe('transpose', () => {
  it('swaps rows and columns of any size', () => {
    const random = new Random('transpose');
    for (let draw = 0; draw < draws; draw++) {
      const [rows, columns] = [lengthOf(random), lengthOf(random)];
      const x = normals(random, rows * columns);
      const y = memory.space(x.length);
      kernels.transpose(memory.put(x), y, rows, columns);
      expect(memory.get(y, x.length)).toEqual(Array.from({ length: x.length }, (_, i) => x[(i % rows) * columns + Math.floor(i / rows)]));
    }
  });
});

describe('swapped positions', () => {
  it('exchanges rows and columns of batch vectors', () => {
    const random = new Random('swap');
    for (let draw = 0; draw < draws; draw++) {
      const [channels, rows, columns, batch] = [1 + random.integer(3), 1 + random.integer(5), 1 + random.integer(5), lengthOf(random)];
      const x = normals(random, channels * rows * columns * batch);
      const y = memory.space(x.length);
      kernels.swapPositions(memory.put(x), y, channels, rows, columns, batch);
      const expected = new Array<number>(x.length);
      for (let c = 0; c < channels; c++) {
        for (let i = 0; i < rows; i++) {
          for (let j = 0; j < columns; j++) {
            for (let b = 0; b < batch; b++) expected[((c * columns + j) * rows + i) * batch + b] = x[((c * rows + i) * columns + j) * batch + b];
          }
        }
      }
      expect(memory.get(y, x.length)).toEqual(expected);
    }
  });
});

describe('products with a vector over the batch in place of each number', () => {
  it('multiplies matrices and their transposes', () => {
    const random = new Random('products');
    for (let draw = 0; draw < 3 * draws; draw++) {
      const [m, n, k, batch] = [1 + random.integer(9), 1 + random.integer(7), 1 + random.integer(9), random.choice([1, 3, 4, 8, 16, 23])];
      const [a, b] = [normals(random, m * k * batch), normals(random, k * n * batch)];
      const c = memory.space(m * n * batch);
      const strides = (rows: number, columns: number, transposed: boolean) => (transposed ? [1, rows] : [columns, 1]);
      const [ofA, ofB, ofC] = [strides(m, k, random.chance(0.5)), strides(k, n, random.chance(0.5)), strides(m, n, random.chance(0.5))];
      kernels.batchedProduct(memory.put(a), memory.put(b), c, memory.space((m + n) * k * productImages), m, n, k, batch, ...ofA, ...ofB, ...ofC);
      const expected = new Array<number>(m * n * batch).fill(0);
      for (let i = 0; i < m; i++) {
        for (let j = 0; j < n; j++) {
          for (let l = 0; l < k; l++) {
            for (let image = 0; image < batch; image++) {
              expected[(i * ofC[0] + j * ofC[1]) * batch + image]
                += a[(i * ofA[0] + l * ofA[1]) * batch + image] * b[(l * ofB[0] + j * ofB[1]) * batch + image];
            }
          }
        }
      }
      expect(worstDifference(memory.get(c, expected.length), expected)).toBeLessThan(tolerance);
    }
  });
});

describe('products of a transpose with few columns', () => {
  it('multiplies without rearranging', () => {
    const random = new Random('thin products');
    for (let draw = 0; draw < draws; draw++) {
      const [rows, depth, columns] = [1 + random.integer(20), 1 + random.integer(11), random.choice([4, 8, 12])];
      const [a, b] = [normals(random, depth * rows), normals(random, depth * columns)];
      const c = memory.space(rows * columns);
      kernels.thinProduct(memory.put(a), memory.put(b), c, rows, columns, depth);
      const expected = Array.from({ length: rows * columns }, (_, at) => {
        const [i, j] = [Math.floor(at / columns), at % columns];
        let sum = 0;
        for (let l = 0; l < depth; l++) sum += a[l * rows + i] * b[l * columns + j];
        return sum;
      });
      expect(worstDifference(memory.get(c, expected.length), expected)).toBeLessThan(tolerance);
      expect(memory.close()).toBe(true);
    }
  });
});

describe('softmax of columns', () => {
  it('normalises and differentiates, whatever the size of the logits', () => {
    const random = new Random('softmax');
    for (let draw = 0; draw < draws; draw++) {
      const [groups, rows, columns] = [1 + random.integer(3), random.choice([1, 2, 5, 49]), lengthOf(random)];
      const spread = random.choice([0.1, 3, 40]);
      const x = normals(random, groups * rows * columns, spread).map((value) => value + random.choice([0, 0, 500]));
      const dy = normals(random, x.length);
      const [y, dx] = [memory.space(x.length), memory.space(x.length)];
      kernels.softmaxColumns(memory.put(x), y, groups, rows, columns);
      kernels.softmaxColumnsGradient(memory.put(dy), y, dx, groups, rows, columns);
      const expected = { y: new Array<number>(x.length), dx: new Array<number>(x.length) };
      for (let column = 0; column < groups * columns; column++) {
        const at = (i: number) => (Math.floor(column / columns) * rows + i) * columns + column % columns;
        const indices = Array.from({ length: rows }, (_, i) => at(i));
        const largest = Math.max(...indices.map((i) => x[i]));
        const total = indices.reduce((sum, i) => sum + Math.exp(x[i] - largest), 0);
        for (const i of indices) expected.y[i] = Math.exp(x[i] - largest) / total;
        const along = indices.reduce((sum, i) => sum + dy[i] * expected.y[i], 0);
        for (const i of indices) expected.dx[i] = expected.y[i] * (dy[i] - along);
      }
      expect(worstDifference(memory.get(y, x.length), expected.y)).toBeLessThan(tolerance);
      expect(worstDifference(memory.get(dx, x.length), expected.dx)).toBeLessThan(tolerance);
    }
  });

  it('keeps e^x to float32 precision, relative to each value', () => {
    // With one dominant row of weight 1 the others are e^x themselves.
    const x = Float32Array.from({ length: 1000 }, (_, i) => (i === 0 ? 0 : -20 - i / 15));
    const y = memory.space(1000);
    kernels.softmaxColumns(memory.put(x), y, 1, 1000, 1);
    memory.get(y, 1000).forEach((value, i) => expect(Math.abs(value / Math.exp(x[i]) - 1)).toBeLessThan(i === 0 ? 1e-6 : 5e-7));
  });
});

describe('AdamW', () => {
  it('moves parameters and both moments in place', () => {
    const random = new Random('adamw');
    for (const length of [1, 3, 4, 8, 21]) {
      const [p, g, m] = [normals(random, length), normals(random, length), normals(random, length)];
      const v = normals(random, length).map((value) => value * value);
      const addresses = [p, g, m, v].map((values) => memory.put(values));
      const [keep, stepSize, correction, beta1, beta2, epsilon] = [0.99, 0.01, 1.5, 0.9, 0.999, 1e-3];
      kernels.adamW(...addresses, length, keep, stepSize, correction, beta1, 1 - beta1, beta2, 1 - beta2, epsilon);
      const first = [...m].map((value, i) => beta1 * value + (1 - beta1) * g[i]);
      const second = [...v].map((value, i) => beta2 * value + (1 - beta2) * g[i] * g[i]);
      const moved = [...p].map((value, i) => keep * value - stepSize * first[i] / (correction * Math.sqrt(second[i]) + epsilon));
      [moved, [...g], first, second].forEach((expected, i) =>
        expect(worstDifference(memory.get(addresses[i], length), expected)).toBeLessThan(tolerance));
    }
  });
});

describe('flat buffers', () => {
  it('are averaged and cleared', () => {
    const random = new Random('flat');
    for (const length of [1, 3, 4, 8, 21, 67]) {
      const [mean, x] = [normals(random, length), normals(random, length)];
      const [meanAt, xAt] = [memory.put(mean), memory.put(x)];
      kernels.average(meanAt, xAt, length, 0.9, 0.1);
      expect(worstDifference(memory.get(meanAt, length), [...mean].map((value, i) => 0.9 * value + 0.1 * x[i]))).toBeLessThan(tolerance);
      kernels.zero(xAt, 4 * length);
      expect(memory.get(xAt, length)).toEqual(new Array<number>(length).fill(0));
    }
  });
});
