import type { EncodedFunction } from '../encoding.ts';
import { f32, f64, fourLanes, i32, integer, oneLane, type Floats, type Integer, type Lanes, type Local } from '../expression.ts';
import { FunctionBuilder, select } from '../function.ts';

/** sumRows(x, y, rows, length, factor): y[r] = factor sum_i x[r, i] */
function sumRows(): EncodedFunction {
  const f = new FunctionBuilder('sumRows');
  const { x, y } = f.pointers('x', 'y');
  const [rows, length, factor] = [f.parameter('i32'), f.parameter('i32'), f.parameter('f32')];
  f.repeat(rows, () => {
    const [sum] = f.sums(1, length, [x], (lanes, offset, add) => add(0, lanes.load(x, offset)));
    f.store(y, f32.mul(f32.fromDouble(sum), factor));
    f.advance(y, 4);
  });
  return f.finish();
}

/** Rows after which a running sum of float32 is set aside, so that rounding grows with the root of their number. */
const block = 64;

/**
 * Sums down the columns of a row-major matrix, a few neighbouring columns at a time.
 * @param columns their number; used up
 * @param start address of the first value; moves along the columns
 * @param valueOf what a matrix element adds
 * @param finish takes the finished sum of each column, where `offset` bytes beyond the moving pointers its place is
 */
export function columnSums(
  f: FunctionBuilder,
  { columns, rows, rowBytes, start, moving }: {
    columns: Local<'i32'>; rows: Integer; rowBytes: Integer; start: Local<'i32'>; moving: readonly Local<'i32'>[];
  },
  valueOf: (lanes: Lanes, element: Floats, offset: number) => Floats,
  finish: (lanes: Lanes, sum: Floats, offset: number) => void,
): void {
  const [at, left, turn] = [f.local('i32'), f.local('i32'), f.local('i32')];
  f.tiles(columns, [start, ...moving], (lanes, offsets) => {
    const zero = lanes.width === 4 ? fourLanes.constant(0) : oneLane.constant(0);
    const totals = offsets.map(() => f.local(lanes.type, zero));
    const running = offsets.map(() => f.local(lanes.type));
    f.set(at, start);
    f.set(left, integer(rows));
    f.while(i32.less(0, left), () => {
      f.set(turn, select(i32.less(left, block), left, integer(block)));
      f.set(left, i32.sub(left, turn));
      for (const sum of running) f.set(sum, zero);
      f.repeat(turn, () => {
        offsets.forEach((offset, i) => f.set(running[i], lanes.add(running[i], valueOf(lanes, lanes.load(at, offset), offset))));
        f.advance(at, rowBytes);
      });
      totals.forEach((total, i) => f.set(total, lanes.add(total, running[i])));
    });
    offsets.forEach((offset, i) => finish(lanes, totals[i], offset));
  });
}

/** sumPlanes(x, y, channels, positions, batch, factor): y[c, i] = factor sum_p x[c, p, i] */
function sumPlanes(): EncodedFunction {
  const f = new FunctionBuilder('sumPlanes');
  const { x, y } = f.pointers('x', 'y');
  const [channels, positions, batch, factor] = [f.parameter('i32'), f.parameter('i32'), f.parameter('i32'), f.parameter('f32')];
  const rowBytes = f.integer(i32.shiftLeft(batch, 2));
  const channelBytes = f.integer(i32.mul(rowBytes, positions));
  const [start, columns] = [f.local('i32'), f.local('i32')];
  f.repeat(channels, () => {
    f.set(start, x);
    f.set(columns, batch);
    columnSums(f, { columns, rows: positions, rowBytes, start, moving: [y] }, (_lanes, element) => element,
      (lanes, sum, offset) => f.store(y, lanes.mul(sum, lanes.splat(factor)), offset));
    f.advance(x, channelBytes);
  });
  return f.finish();
}

/** expandPlanes(x, y, channels, positions, batch): y[c, p, i] = x[c, i] */
function expandPlanes(): EncodedFunction {
  const f = new FunctionBuilder('expandPlanes');
  const { x, y } = f.pointers('x', 'y');
  const [channels, positions, batch] = [f.parameter('i32'), f.parameter('i32'), f.parameter('i32')];
  const [from, left] = [f.local('i32'), f.local('i32')];
  f.repeat(channels, () => {
    f.repeat(positions, () => {
      f.set(from, x);
      f.set(left, batch);
      f.sweep(left, [from, y], (lanes, offset) => f.store(y, lanes.load(from, offset), offset));
    });
    f.advance(x, i32.shiftLeft(batch, 2));
  });
  return f.finish();
}

/** sumOfSquares(x, y, count): y = sum x^2 */
function sumOfSquares(): EncodedFunction {
  const f = new FunctionBuilder('sumOfSquares');
  const { x, y } = f.pointers('x', 'y');
  const count = f.parameter('i32');
  const [sum] = f.sums(1, count, [x], (lanes, offset, add) => {
    const value = f.local(lanes.type, lanes.load(x, offset));
    add(0, lanes.mul(value, value));
  });
  f.store(y, f32.fromDouble(f64.add(sum, f64.fromInteger(0))));
  return f.finish();
}

/** Rows that a row is multiplied by at a time, so that each of its numbers is read once for all of them. */
const rowsTogether = 4;

/**
 * gramRows(x, y, rows, stride, length): y[i, j] = sum_k x[i, k] x[j, k] over the first `length` numbers of rows that are
 * `stride` apart, for j <= i; y is [rows, rows].
 */
function gramRows(): EncodedFunction {
  const f = new FunctionBuilder('gramRows');
  const { x, y, rows, stride, length } = f.pointers('x', 'y', 'rows', 'stride', 'length');
  f.set(stride, i32.shiftLeft(stride, 2));
  const [row, to] = [f.local('i32', i32.add(x, 0)), f.local('i32')];
  const [a, ...others] = Array.from({ length: 1 + rowsTogether }, () => f.local('i32'));
  const [first, left] = [f.local('i32'), f.local('i32')];
  const products = (count: number) => {
    const some = others.slice(0, count);
    f.set(a, row);
    some.forEach((other, i) => f.set(other, i === 0 ? i32.add(first, 0) : i32.add(some[i - 1], stride)));
    const sums = f.sums(count, length, [a, ...some], (lanes, offset, add) => {
      const value = f.local(lanes.type, lanes.load(a, offset));
      some.forEach((other, i) => add(i, lanes.mul(value, lanes.load(other, offset))));
    });
    sums.forEach((sum, i) => f.store(to, f32.fromDouble(sum), 4 * i));
    f.advance(to, 4 * count);
    f.advance(first, i32.mul(stride, count));
  };
  f.range(0, rows, 1, (index) => {
    f.set(first, x);
    f.set(to, i32.add(y, i32.shiftLeft(i32.mul(index, rows), 2)));
    f.set(left, i32.add(index, 1));
    f.while(i32.greaterOrEqual(left, rowsTogether), () => {
      products(rowsTogether);
      f.advance(left, -rowsTogether);
    });
    f.repeat(left, () => products(1));
    f.advance(row, stride);
  });
  return f.finish();
}

export const reductionKernels: readonly EncodedFunction[] = [sumRows(), sumPlanes(), expandPlanes(), sumOfSquares(), gramRows()];
