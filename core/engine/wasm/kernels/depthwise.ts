import type { EncodedFunction } from '../encoding.ts';
import { double, f32, f64, fourLanes, i32, integer, oneLane, type Local } from '../expression.ts';
import { FunctionBuilder, laneSum } from '../function.ts';
import { correlate, fillPadded, paddedMap, type MapSize, type PaddedMap } from './padding.ts';

/**
 * Depthwise convolution of maps [channels, height, width, batch] with weights [channels, k, k], k odd, padded by k / 2
 * on all sides: out = ceil(size / stride). Scratch: one padded channel, of (height + k - 1)(width + k - 1) batch floats
 * for the larger of the two maps.
 */
export const depthwiseKernelSizes = [3, 5] as const;
export const depthwiseStrides = [1, 2] as const;

interface Geometry {
  readonly channels: Local<'i32'>;
  readonly input: MapSize;
  readonly output: MapSize;
}

/** The last parameters of every kernel here: channels, height, width, outHeight, outWidth, batch. */
function geometry(f: FunctionBuilder): Geometry {
  const { channels, height, width, outHeight, outWidth, batch } =
    f.pointers('channels', 'height', 'width', 'outHeight', 'outWidth', 'batch');
  return { channels, input: { height, width, batch }, output: { height: outHeight, width: outWidth, batch } };
}

/** Column offsets 0, 1, ... positions as bytes. */
function columnOffsets(f: FunctionBuilder, padded: PaddedMap, count: number): Local<'i32'>[] {
  return Array.from({ length: count }, (_, i) => f.integer(i32.mul(padded.positionBytes, i)));
}

/** depthwiseK{size}S{stride}(x, weight, y, scratch, ...geometry); `turned` rotates the weights by 180 degrees. */
function forward(name: string, size: number, stride: number, turned: boolean): EncodedFunction {
  const f = new FunctionBuilder(name);
  const { x, weight, y, scratch } = f.pointers('x', 'weight', 'y', 'scratch');
  const { channels, input, output } = geometry(f);
  const padding = (size - 1) / 2;
  const padded = paddedMap(f, scratch, input, padding, padding);
  const columns = columnOffsets(f, padded, size);
  const rows = columns.map(() => f.local('i32'));
  const taps = rows.flatMap((row, i) => columns.map((column, j) => {
    const at = i * size + j;
    return { row, column, weight: turned ? size * size - 1 - at : at };
  }));
  const [start, left] = [f.local('i32'), f.local('i32')];
  // With stride 1 the outputs of a row are neighbours in memory, and so are the inputs of each tap.
  const segments = stride === 1 ? 1 : output.width;
  const floats = stride === 1 ? i32.mul(output.width, output.batch) : output.batch;
  f.repeat(channels, () => {
    fillPadded(f, padded, x, input, padding);
    const rowStart = f.integer(scratch);
    f.repeat(output.height, () => {
      f.set(start, rowStart);
      f.repeat(segments, () => {
        rows.forEach((row, i) => f.set(row, i32.add(start, i32.mul(padded.rowBytes, i))));
        f.set(left, floats);
        correlate(f, left, taps, y, weight);
        f.advance(start, i32.mul(padded.positionBytes, stride));
      });
      f.advance(rowStart, i32.mul(padded.rowBytes, stride));
    });
    f.advance(weight, 4 * size * size);
  });
  return f.finish();
}

/** depthwiseInputGradientK{size}S2(dy, weight, dx, scratch, ...geometry) */
function stridedInputGradient(size: number): EncodedFunction {
  const f = new FunctionBuilder(`depthwiseInputGradientK${size}S2`);
  const { dy, weight, dx, scratch } = f.pointers('dy', 'weight', 'dx', 'scratch');
  const { channels, input, output } = geometry(f);
  const padding = (size - 1) / 2;
  const padded = paddedMap(f, scratch, output, padding, padding);
  const columns = columnOffsets(f, padded, 2 * padding + 1);
  const rows = columns.map(() => f.local('i32'));
  /** Along one axis: which taps meet positions of this parity, and how far from position / 2 (in the padded map). */
  const meeting = (parity: number) => [...Array(size).keys()].filter((tap) => (parity + padding - tap) % 2 === 0)
    .map((tap) => ({ tap, distance: (parity + padding - tap) / 2 + padding }));
  const [left, target, start] = [f.local('i32'), f.local('i32'), f.local('i32')];
  const rowFloatBytes = f.integer(i32.mul(input.width, padded.positionBytes));
  f.repeat(channels, () => {
    fillPadded(f, padded, dy, output, padding);
    for (const rowParity of [0, 1]) {
      for (const columnParity of [0, 1]) {
        const taps = meeting(rowParity).flatMap(({ tap: i, distance: down }) => meeting(columnParity).map(
          ({ tap: j, distance: right }) => ({ row: rows[down], column: columns[right], weight: i * size + j })));
        f.range(rowParity, input.height, 2, (h) => {
          f.set(target, i32.add(dx, i32.add(i32.mul(h, rowFloatBytes), i32.mul(padded.positionBytes, columnParity))));
          f.set(start, i32.add(scratch, i32.mul(i32.shiftRight(h, 1), padded.rowBytes)));
          f.range(columnParity, input.width, 2, () => {
            for (const { distance } of meeting(rowParity)) f.set(rows[distance], i32.add(start, i32.mul(padded.rowBytes, distance)));
            f.set(left, input.batch);
            correlate(f, left, taps, target, weight);
            f.advance(target, padded.positionBytes);
            f.advance(start, padded.positionBytes);
          });
        });
      }
    }
    f.advance(dx, i32.mul(rowFloatBytes, input.height));
    f.advance(weight, 4 * size * size);
  });
  return f.finish();
}

/** Values after which sums of float32 are passed on to double precision. */
const stretch = 4096;

/** depthwiseWeightGradientK{size}S{stride}(x, dy, dWeight, scratch, ...geometry) */
function weightGradient(size: number, stride: number): EncodedFunction {
  const f = new FunctionBuilder(`depthwiseWeightGradientK${size}S${stride}`);
  const { x, dy, dWeight, scratch } = f.pointers('x', 'dy', 'dWeight', 'scratch');
  const { channels, input, output } = geometry(f);
  const padding = (size - 1) / 2;
  const padded = paddedMap(f, scratch, input, padding, padding);
  const columns = columnOffsets(f, padded, size);
  const segments = stride === 1 ? 1 : output.width;
  const floats = f.integer(stride === 1 ? i32.mul(output.width, output.batch) : output.batch);
  // As many sums as registers hold; a larger window takes several walks over the map.
  const rowsAtOnce = size === 3 ? 3 : 1;
  const rows = Array.from({ length: rowsAtOnce }, () => f.local('i32'));
  const sums = rows.flatMap((row) => columns.map((column) =>
    ({ row, column, lanes: f.local('v128'), single: f.local('f32'), total: f.local('f64') })));
  const [gradient, start, left, pending] = [f.local('i32'), f.local('i32'), f.local('i32'), f.local('i32')];
  const clear = () => {
    for (const { lanes, single } of sums) {
      f.set(lanes, fourLanes.constant(0));
      f.set(single, oneLane.constant(0));
    }
    f.set(pending, integer(0));
  };
  const passOn = () => {
    for (const { lanes, single, total } of sums) f.set(total, f64.add(total, f64.add(laneSum(lanes), f64.fromFloat(single))));
    clear();
  };
  f.repeat(channels, () => {
    fillPadded(f, padded, x, input, padding);
    for (let firstRow = 0; firstRow < size; firstRow += rowsAtOnce) {
      clear();
      for (const { total } of sums) f.set(total, double(0));
      f.set(gradient, dy);
      const rowStart = f.integer(i32.add(scratch, i32.mul(padded.rowBytes, firstRow)));
      f.repeat(output.height, () => {
        f.set(start, rowStart);
        f.repeat(segments, () => {
          rows.forEach((row, i) => f.set(row, i32.add(start, i32.mul(padded.rowBytes, i))));
          f.set(left, floats);
          f.sweep(left, [...rows, gradient], (lanes, offset) => {
            const arriving = f.local(lanes.type, lanes.load(gradient, offset));
            for (const { row, column, lanes: four, single } of sums) {
              const product = lanes.mul(lanes.load(i32.add(row, column), offset), arriving);
              if (lanes.width === 4) f.set(four, fourLanes.add(four, product as typeof four));
              else f.set(single, oneLane.add(single, product as typeof single));
            }
          }, 1);
          f.advance(start, i32.mul(padded.positionBytes, stride));
          f.advance(pending, floats);
          f.when(i32.less(stretch, pending), passOn);
        });
        f.advance(rowStart, i32.mul(padded.rowBytes, stride));
      });
      passOn();
      sums.forEach(({ total }, i) => f.store(dWeight, f32.fromDouble(total), 4 * (firstRow * size + i)));
    }
    f.set(dy, gradient);
    f.advance(dWeight, 4 * size * size);
  });
  return f.finish();
}

export const depthwiseKernels: readonly EncodedFunction[] = depthwiseKernelSizes.flatMap((size) => [
  ...depthwiseStrides.flatMap((stride) => [forward(`depthwiseK${size}S${stride}`, size, stride, false), weightGradient(size, stride)]),
  // With stride 1 the input's gradient is a convolution with the kernel turned by 180 degrees.
  forward(`depthwiseInputGradientK${size}S1`, size, 1, true),
  stridedInputGradient(size),
]);
