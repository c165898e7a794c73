import type { EncodedFunction } from '../encoding.ts';
import { f32, f64, i32, type Floats, type Lanes, type Local } from '../expression.ts';
import { FunctionBuilder } from '../function.ts';
import { columnSums } from './reductions.ts';

/**
 * Layer norm of matrices [rows, columns] in which every column is one normalised vector: with the batch innermost, an
 * image's features are a column. Mean and inverse deviation are [columns]; rows = channels x positions, and scale and
 * bias are [channels]. Ba et al. 2016.
 */

/** columnStatistics(x, mean, inverse, rows, columns, epsilon): inverse = 1 / sqrt(variance + epsilon) */
function columnStatistics(): EncodedFunction {
  const f = new FunctionBuilder('columnStatistics');
  const { x, mean, inverse } = f.pointers('x', 'mean', 'inverse');
  const [rows, columns, epsilon] = [f.parameter('i32'), f.parameter('i32'), f.parameter('f32')];
  const rowBytes = f.integer(i32.shiftLeft(columns, 2));
  const count = f.local('f32', f32.fromInteger(rows));
  const [start, left, meanAt] = [f.local('i32'), f.local('i32'), f.local('i32')];
  const restart = () => {
    f.set(start, x);
    f.set(left, columns);
  };
  restart();
  f.set(meanAt, mean);
  columnSums(f, { columns: left, rows, rowBytes, start, moving: [meanAt] }, (_lanes, element) => element,
    (lanes, sum, offset) => f.store(meanAt, lanes.div(sum, lanes.splat(count)), offset));
  restart();
  columnSums(f, { columns: left, rows, rowBytes, start, moving: [mean, inverse] }, (lanes, element, offset) => {
    const centred = f.local(lanes.type, lanes.sub(element, lanes.load(mean, offset)));
    return lanes.mul(centred, centred);
  }, (lanes, sum, offset) => {
    const variance = lanes.add(lanes.div(sum, lanes.splat(count)), lanes.splat(epsilon));
    f.store(inverse, lanes.div(lanes.constant(1), lanes.sqrt(variance)), offset);
  });
  return f.finish();
}

function normalised(f: FunctionBuilder, lanes: Lanes, x: Local<'i32'>, mean: Local<'i32'>, inverse: Local<'i32'>, offset: number): Floats {
  const centred = lanes.sub(lanes.load(x, offset), lanes.load(mean, offset));
  return f.local(lanes.type, lanes.mul(centred, lanes.load(inverse, offset)));
}

/** normaliseColumns(x, mean, inverse, scale, bias, y, channels, positions, columns): y = scale (x - mean) inverse + bias */
function normaliseColumns(): EncodedFunction {
  const f = new FunctionBuilder('normaliseColumns');
  const { x, mean, inverse, scale, bias, y } = f.pointers('x', 'mean', 'inverse', 'scale', 'bias', 'y');
  const { channels, positions, columns } = f.pointers('channels', 'positions', 'columns');
  const [left, meanAt, inverseAt] = [f.local('i32'), f.local('i32'), f.local('i32')];
  f.repeat(channels, () => {
    f.repeat(positions, () => {
      f.set(left, columns);
      f.set(meanAt, mean);
      f.set(inverseAt, inverse);
      f.sweep(left, [x, meanAt, inverseAt, y], (lanes, offset) => {
        const scaled = lanes.mul(normalised(f, lanes, x, meanAt, inverseAt, offset), lanes.loadSplat(scale));
        f.store(y, lanes.add(scaled, lanes.loadSplat(bias)), offset);
      });
    });
    f.advance(scale, 4);
    f.advance(bias, 4);
  });
  return f.finish();
}

/**
 * columnGradient(dy, x, mean, inverse, scale, dx, dScale, dBias, scratch, channels, positions, columns), with n the
 * normalised input:
 *   dBias = sum dy, dScale = sum dy n (over columns; both [rows]), s = dy scale,
 *   dx = inverse (s - average of s - n average of s n) (averages over rows).
 * Scratch: 2 x columns floats.
 */
function columnGradient(): EncodedFunction {
  const f = new FunctionBuilder('columnGradient');
  const { dy, x, mean, inverse, scale } = f.pointers('dy', 'x', 'mean', 'inverse', 'scale');
  const { dx, dScale, dBias, scratch } = f.pointers('dx', 'dScale', 'dBias', 'scratch');
  const { channels, positions, columns } = f.pointers('channels', 'positions', 'columns');
  const rowBytes = f.integer(i32.shiftLeft(columns, 2));
  const alongProduct = f.integer(i32.add(scratch, rowBytes));
  const [dyAt, xAt, scaleAt] = [f.integer(dy), f.integer(x), f.integer(scale)];
  const [meanAt, inverseAt, sumAt, productAt, left] = Array.from({ length: 5 }, () => f.local('i32'));
  const startRow = () => {
    f.set(meanAt, mean);
    f.set(inverseAt, inverse);
    f.set(sumAt, scratch);
    f.set(productAt, alongProduct);
  };
  f.fillZeros(scratch, i32.shiftLeft(rowBytes, 1));
  f.repeat(channels, () => {
    f.repeat(positions, () => {
      startRow();
      const [sum, product] = f.sums(2, columns, [dyAt, xAt, meanAt, inverseAt, sumAt, productAt], (lanes, offset, add) => {
        const gradient = f.local(lanes.type, lanes.load(dyAt, offset));
        const n = normalised(f, lanes, xAt, meanAt, inverseAt, offset);
        add(0, gradient);
        add(1, lanes.mul(gradient, n));
        const scaled = f.local(lanes.type, lanes.mul(gradient, lanes.loadSplat(scaleAt)));
        f.store(sumAt, lanes.add(lanes.load(sumAt, offset), scaled), offset);
        f.store(productAt, lanes.add(lanes.load(productAt, offset), lanes.mul(scaled, n)), offset);
      });
      f.store(dBias, f32.fromDouble(sum));
      f.store(dScale, f32.fromDouble(product));
      f.advance(dBias, 4);
      f.advance(dScale, 4);
    });
    f.advance(scaleAt, 4);
  });
  const share = f.local('f32', f32.fromDouble(f64.div(f64.fromInteger(1), f64.fromInteger(i32.mul(channels, positions)))));
  f.repeat(channels, () => {
    f.repeat(positions, () => {
      startRow();
      f.set(left, columns);
      f.sweep(left, [dy, x, meanAt, inverseAt, sumAt, productAt, dx], (lanes, offset) => {
        const n = normalised(f, lanes, x, meanAt, inverseAt, offset);
        const average = (at: Local<'i32'>) => lanes.mul(lanes.load(at, offset), lanes.splat(share));
        const scaled = lanes.mul(lanes.load(dy, offset), lanes.loadSplat(scale));
        const centred = lanes.sub(lanes.sub(scaled, average(sumAt)), lanes.mul(n, average(productAt)));
        f.store(dx, lanes.mul(centred, lanes.load(inverseAt, offset)), offset);
      });
    });
    f.advance(scale, 4);
  });
  return f.finish();
}

export const layerNormKernels: readonly EncodedFunction[] = [columnStatistics(), normaliseColumns(), columnGradient()];
