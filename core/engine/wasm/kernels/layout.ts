import type { EncodedFunction } from '../encoding.ts';
import { f32x4, fourLanes, i32, oneLane, type Local } from '../expression.ts';
import { FunctionBuilder } from '../function.ts';
import { copyFloats, fillPadded, paddedMap, type PaddedMap } from './padding.ts';

/** transpose(x, y, rows, columns): y[j, i] = x[i, j] */
function transpose(): EncodedFunction {
  const f = new FunctionBuilder('transpose');
  const { x, y } = f.pointers('x', 'y');
  const [rows, columns] = [f.parameter('i32'), f.parameter('i32')];
  const fromRow = f.integer(i32.shiftLeft(columns, 2));
  const toRow = f.integer(i32.shiftLeft(rows, 2));
  const wholeRows = f.integer(i32.and(rows, -4));
  const wholeColumns = f.integer(i32.and(columns, -4));
  const at = (start: Local<'i32'>, stride: Local<'i32'>, i: Local<'i32'>, j: Local<'i32'>) =>
    i32.add(start, i32.add(i32.mul(stride, i), i32.shiftLeft(j, 2)));
  const from = Array.from({ length: 4 }, () => f.local('i32'));
  const to = Array.from({ length: 4 }, () => f.local('i32'));
  f.range(0, wholeColumns, 4, (j) => {
    from.forEach((pointer, i) => f.set(pointer, i === 0 ? i32.add(x, i32.shiftLeft(j, 2)) : i32.add(from[i - 1], fromRow)));
    to.forEach((pointer, i) => f.set(pointer, i === 0 ? i32.add(y, i32.mul(toRow, j)) : i32.add(to[i - 1], toRow)));
    f.range(0, wholeRows, 4, () => {
      const [a, b, c, d] = from.map((pointer) => f.local('v128', fourLanes.load(pointer)));
      const [ab, cd] = [f.local('v128', f32x4.shuffle(a, b, [0, 4, 1, 5])), f.local('v128', f32x4.shuffle(c, d, [0, 4, 1, 5]))];
      const [ef, gh] = [f.local('v128', f32x4.shuffle(a, b, [2, 6, 3, 7])), f.local('v128', f32x4.shuffle(c, d, [2, 6, 3, 7]))];
      f.store(to[0], f32x4.shuffle(ab, cd, [0, 1, 4, 5]));
      f.store(to[1], f32x4.shuffle(ab, cd, [2, 3, 6, 7]));
      f.store(to[2], f32x4.shuffle(ef, gh, [0, 1, 4, 5]));
      f.store(to[3], f32x4.shuffle(ef, gh, [2, 3, 6, 7]));
      for (const pointer of from) f.advance(pointer, i32.shiftLeft(fromRow, 2));
      for (const pointer of to) f.advance(pointer, 16);
    });
  });
  const single = (firstRow: Local<'i32'> | number, endRow: Local<'i32'>, firstColumn: Local<'i32'> | number, endColumn: Local<'i32'>) => {
    f.range(firstRow, endRow, 1, (i) => f.range(firstColumn, endColumn, 1, (j) =>
      f.store(at(y, toRow, j, i), oneLane.load(at(x, fromRow, i, j)))));
  };
  single(0, wholeRows, wholeColumns, columns);
  single(wholeRows, rows, 0, columns);
  return f.finish();
}

interface Windows {
  readonly f: FunctionBuilder;
  readonly columns: Local<'i32'>;
  readonly channels: Local<'i32'>;
  readonly map: Local<'i32'>;
  readonly size: { height: Local<'i32'>; width: Local<'i32'>; batch: Local<'i32'> };
  readonly padded: PaddedMap;
  readonly padding: Local<'i32'>;
  /** Calls the body for every row of neighbouring values that a channel's windows see, tap after tap. */
  readonly forEachRow: (body: (row: Local<'i32'>, count: Local<'i32'>) => void) => void;
}

/** Parameters (map, columns, scratch, channels, height, width, outHeight, outWidth, batch, kernelSize, stride). */
function windows(name: string): Windows {
  const f = new FunctionBuilder(name);
  const { map, columns, scratch } = f.pointers('map', 'columns', 'scratch');
  const { channels, height, width, outHeight, outWidth, batch } =
    f.pointers('channels', 'height', 'width', 'outHeight', 'outWidth', 'batch');
  const { kernelSize, stride } = f.pointers('kernelSize', 'stride');
  const size = { height, width, batch };
  const padding = f.integer(i32.shiftRight(kernelSize, 1));
  const padded = paddedMap(f, scratch, size, padding, padding);
  const [row, start, tapStart, count] = [f.local('i32'), f.local('i32'), f.local('i32'), f.local('i32')];
  return {
    f, columns, channels, map, size, padded, padding,
    forEachRow(body) {
      f.range(0, kernelSize, 1, (i) => f.range(0, kernelSize, 1, (j) => {
        f.set(tapStart, i32.add(scratch, i32.add(i32.mul(padded.rowBytes, i), i32.mul(padded.positionBytes, j))));
        f.repeat(outHeight, () => {
          f.set(start, tapStart);
          f.repeat(outWidth, () => {
            f.set(row, start);
            f.set(count, batch);
            body(row, count);
            f.advance(start, i32.mul(padded.positionBytes, stride));
          });
          f.advance(tapStart, i32.mul(padded.rowBytes, stride));
        });
      }));
    },
  };
}

/** unfold: columns[channel, tap, outPosition, batch] = what each tap of a convolution's window sees. */
function unfold(): EncodedFunction {
  const { f, columns, channels, map, size, padded, padding, forEachRow } = windows('unfold');
  f.repeat(channels, () => {
    fillPadded(f, padded, map, size, padding);
    forEachRow((row, count) => copyFloats(f, row, columns, count));
  });
  return f.finish();
}

/** fold: the adjoint of `unfold`, map = sum of all columns entries that were read from each position. */
function fold(): EncodedFunction {
  const { f, columns, channels, map, size, padded, padding, forEachRow } = windows('fold');
  const [row, left] = [f.local('i32'), f.local('i32')];
  const border = i32.add(padding, padding);
  f.repeat(channels, () => {
    f.fillZeros(padded.address, i32.mul(i32.add(size.height, border), padded.rowBytes));
    forEachRow((target, count) => f.sweep(count, [columns, target], (lanes, offset) =>
      f.store(target, lanes.add(lanes.load(target, offset), lanes.load(columns, offset)), offset)));
    const start = f.integer(i32.add(padded.address, i32.mul(padding, i32.add(padded.rowBytes, padded.positionBytes))));
    f.repeat(size.height, () => {
      f.set(row, start);
      f.set(left, i32.mul(size.width, size.batch));
      copyFloats(f, row, map, left);
      f.advance(start, padded.rowBytes);
    });
  });
  return f.finish();
}

/** swapPositions(x, y, channels, rows, columns, batch): y[c, j, i, :] = x[c, i, j, :] */
function swapPositions(): EncodedFunction {
  const f = new FunctionBuilder('swapPositions');
  const { x, y, channels, rows, columns, batch } = f.pointers('x', 'y', 'channels', 'rows', 'columns', 'batch');
  const elementBytes = f.integer(i32.shiftLeft(batch, 2));
  const rowBytes = f.integer(i32.mul(columns, elementBytes));
  const [from, left] = [f.local('i32'), f.local('i32')];
  f.repeat(channels, () => {
    f.range(0, columns, 1, (j) => f.range(0, rows, 1, (i) => {
      f.set(from, i32.add(x, i32.add(i32.mul(i, rowBytes), i32.mul(j, elementBytes))));
      f.set(left, batch);
      copyFloats(f, from, y, left);
    }));
    f.advance(x, i32.mul(rows, rowBytes));
  });
  return f.finish();
}

export const layoutKernels: readonly EncodedFunction[] = [transpose(), unfold(), fold(), swapPositions()];
