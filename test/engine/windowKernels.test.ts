import { afterEach, describe, expect, it } from 'vitest';
import { Random } from '../../core/base/random.ts';
import { KernelMemory, normals, worstDifference } from './kernelMemory.ts';

/* Convolution and pooling kernels against plain loops over maps [channels, height, width, batch], in double precision. */

const memory = new KernelMemory();
const { kernels } = memory;
const tolerance = 3e-6;

afterEach(() => {
  expect(memory.close()).toBe(true);
});

interface Size {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly outHeight: number;
  readonly outWidth: number;
  readonly batch: number;
}

function drawSize(random: Random, stride: number): Size {
  const [height, width] = [random.choice([1, 2, 3, 4, 5, 8, 9]), random.choice([1, 2, 3, 4, 5, 7, 8])];
  return {
    channels: random.choice([1, 2, 3, 5]), height, width, outHeight: Math.ceil(height / stride), outWidth: Math.ceil(width / stride),
    batch: random.choice([1, 2, 3, 4, 5, 8, 16, 19, 64]),
  };
}

const argumentsOf = ({ channels, height, width, outHeight, outWidth, batch }: Size) => [channels, height, width, outHeight, outWidth, batch];

/** Calls back for every pair of an output position and the input position that a window's tap sees there. */
function forEachTap(
  size: Size, kernelSize: number, stride: number,
  body: (input: number, output: number, tap: number, channel: number, batch: number) => void,
): void {
  const { channels, height, width, outHeight, outWidth, batch } = size;
  const padding = (kernelSize - 1) / 2;
  for (let c = 0; c < channels; c++) {
    for (let p = 0; p < outHeight * outWidth; p++) {
      for (let tap = 0; tap < kernelSize * kernelSize; tap++) {
        const h = Math.floor(p / outWidth) * stride + Math.floor(tap / kernelSize) - padding;
        const w = (p % outWidth) * stride + (tap % kernelSize) - padding;
        if (h < 0 || w < 0 || h >= height || w >= width) continue;
        for (let b = 0; b < batch; b++) body(((c * height + h) * width + w) * batch + b, (c * outHeight * outWidth + p) * batch + b, tap, c, b);
      }
    }
  }
}

const windows = [3, 5].flatMap((kernelSize) => [1, 2].map((stride) => ({ kernelSize, stride })));

describe.each(windows)('depthwise convolution, kernel $kernelSize, stride $stride', ({ kernelSize, stride }) => {
  const name = `K${kernelSize}S${stride}`;
  it('convolves, and gives the gradients of input and weight', () => {
    const random = new Random(name);
    for (let draw = 0; draw < 15; draw++) {
      const size = drawSize(random, stride);
      const { channels, height, width, outHeight, outWidth, batch } = size;
      const x = normals(random, channels * height * width * batch);
      const weight = normals(random, channels * kernelSize ** 2);
      const dy = normals(random, channels * outHeight * outWidth * batch);
      const [xAt, weightAt, dyAt] = [x, weight, dy].map((values) => memory.put(values));
      const [y, dx, dWeight] = [dy.length, x.length, weight.length].map((length) => memory.space(length));
      const scratch = memory.space((height + kernelSize) * (width + kernelSize) * batch);
      kernels[`depthwise${name}`](xAt, weightAt, y, scratch, ...argumentsOf(size));
      kernels[`depthwiseInputGradient${name}`](dyAt, weightAt, dx, scratch, ...argumentsOf(size));
      kernels[`depthwiseWeightGradient${name}`](xAt, dyAt, dWeight, scratch, ...argumentsOf(size));
      const expected = { y: new Array<number>(dy.length).fill(0), dx: new Array<number>(x.length).fill(0), dWeight: new Array<number>(weight.length).fill(0) };
      forEachTap(size, kernelSize, stride, (input, output, tap, channel) => {
        const at = channel * kernelSize ** 2 + tap;
        expected.y[output] += x[input] * weight[at];
        expected.dx[input] += dy[output] * weight[at];
        expected.dWeight[at] += dy[output] * x[input];
      });
      expect(worstDifference(memory.get(y, dy.length), expected.y)).toBeLessThan(tolerance);
      expect(worstDifference(memory.get(dx, x.length), expected.dx)).toBeLessThan(tolerance);
      expect(worstDifference(memory.get(dWeight, weight.length), expected.dWeight)).toBeLessThan(tolerance);
    }
  });
});

describe.each([{ kernelSize: 1, stride: 2 }, ...windows])('unfolding, kernel $kernelSize, stride $stride', ({ kernelSize, stride }) => {
  it('lists what each tap sees, and its adjoint adds that up again', () => {
    const random = new Random(`unfold ${kernelSize} ${stride}`);
    for (let draw = 0; draw < 10; draw++) {
      const size = drawSize(random, stride);
      const { channels, height, width, outHeight, outWidth, batch } = size;
      const positions = outHeight * outWidth * batch;
      const x = normals(random, channels * height * width * batch);
      const gradient = normals(random, channels * kernelSize ** 2 * positions);
      const [columns, dx] = [memory.space(gradient.length), memory.space(x.length)];
      const scratch = memory.space((height + kernelSize) * (width + kernelSize) * batch);
      kernels.unfold(memory.put(x), columns, scratch, ...argumentsOf(size), kernelSize, stride);
      kernels.fold(dx, memory.put(gradient), scratch, ...argumentsOf(size), kernelSize, stride);
      const expected = { columns: new Array<number>(gradient.length).fill(0), dx: new Array<number>(x.length).fill(0) };
      forEachTap(size, kernelSize, stride, (input, output, tap, channel) => {
        const at = (channel * kernelSize ** 2 + tap) * positions + (output - channel * positions);
        expected.columns[at] = x[input];
        expected.dx[input] += gradient[at];
      });
      expect(memory.get(columns, gradient.length)).toEqual(expected.columns);
      expect(worstDifference(memory.get(dx, x.length), expected.dx)).toBeLessThan(tolerance);
    }
  });
});

describe('average pooling', () => {
  it('averages windows of 2x2, counting the zeros before an odd map, and spreads gradients', () => {
    const random = new Random('pooling');
    for (let draw = 0; draw < 20; draw++) {
      const side = 1 + random.integer(7);
      const border = side % 2;
      const [channels, batch, out] = [1 + random.integer(3), random.choice([1, 3, 4, 17]), Math.ceil(side / 2)];
      const geometry = [channels, side, side, out, out, batch, border];
      const x = normals(random, channels * side * side * batch);
      const dy = normals(random, channels * out * out * batch);
      const [y, dx] = [memory.space(dy.length), memory.space(x.length)];
      kernels.averagePool(memory.put(x), y, memory.space((side + 1) ** 2 * batch), ...geometry);
      kernels.averagePoolGradient(memory.put(dy), dx, ...geometry);
      const expected = { y: new Array<number>(dy.length).fill(0), dx: new Array<number>(x.length).fill(0) };
      x.forEach((value, i) => {
        const [b, w, h, c] = [i % batch, Math.floor(i / batch) % side, Math.floor(i / batch / side) % side, Math.floor(i / batch / side ** 2)];
        const output = ((c * out + Math.floor((h + border) / 2)) * out + Math.floor((w + border) / 2)) * batch + b;
        expected.y[output] += value / 4;
        expected.dx[i] = dy[output] / 4;
      });
      expect(worstDifference(memory.get(y, dy.length), expected.y)).toBeLessThan(tolerance);
      expect(worstDifference(memory.get(dx, x.length), expected.dx)).toBeLessThan(tolerance);
    }
  });
});
