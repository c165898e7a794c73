import type { EncodedFunction } from '../encoding.ts';
import { fourLanes, i32, oneLane, type Floats, type Lanes, type Local } from '../expression.ts';
import { FunctionBuilder } from '../function.ts';

/** Sums that registers hold at once: this many rows by this many columns of the result. */
const tile = { rows: 4, columns: 2 } as const;

/**
 * batchedProduct(a, b, c, m, n, k, batch, aRow, aColumn, bRow, bColumn, cRow, cColumn): c = a b for every image, where
 * each matrix element is a vector over the batch: c[i, j, image] = sum over l of a[i, l, image] b[l, j, image]. The last
 * six parameters are the distances, in elements (batch vectors), between rows and between columns of each matrix, so
 * that transposes need no copy.
 */
function batchedProduct(): EncodedFunction {
  const f = new FunctionBuilder('batchedProduct');
  const { a, b, c, m, n, k, batch } = f.pointers('a', 'b', 'c', 'm', 'n', 'k', 'batch');
  const strides = f.pointers('aRow', 'aColumn', 'bRow', 'bColumn', 'cRow', 'cColumn');
  const elementBytes = f.integer(i32.shiftLeft(batch, 2));
  for (const stride of Object.values(strides)) f.set(stride, i32.mul(stride, elementBytes));
  const { aRow, aColumn, bRow, bColumn, cRow, cColumn } = strides;
  const [left, start] = [f.local('i32'), { a: f.local('i32'), b: f.local('i32'), c: f.local('i32') }];
  const at = (address: Local<'i32'>, stride: Local<'i32'>, count: number) =>
    (count === 0 ? address : i32.add(address, count === 1 ? stride : i32.mul(stride, count)));

  /** One tile of the result, for four images or one. */
  const compute = (lanes: Lanes, rows: number, columns: number) => {
    const sums = Array.from({ length: rows * columns }, () => f.local(lanes.type, lanes.width === 4 ? fourLanes.constant(0) : oneLane.constant(0)));
    const rowPointers = Array.from({ length: rows }, (_, i) => f.integer(at(start.a, aRow, i)));
    const columnPointers = Array.from({ length: columns }, (_, j) => f.integer(at(start.b, bColumn, j)));
    f.repeat(k, () => {
      const right: Floats[] = columnPointers.map((pointer) => f.local(lanes.type, lanes.load(pointer)));
      rowPointers.forEach((pointer, i) => {
        const value = f.local(lanes.type, lanes.load(pointer));
        right.forEach((other, j) => f.set(sums[i * columns + j], lanes.add(sums[i * columns + j], lanes.mul(value, other))));
        f.advance(pointer, aColumn);
      });
      for (const pointer of columnPointers) f.advance(pointer, bRow);
    });
    for (let i = 0; i < rows; i++) {
      const row = f.integer(at(start.c, cRow, i));
      for (let j = 0; j < columns; j++) f.store(at(row, cColumn, j), sums[i * columns + j]);
    }
  };

  /** Calls the body for every tile along one axis: large ones first, then single lines. */
  const along = (length: Local<'i32'>, size: number, body: (at: Local<'i32'>, size: number) => void) => {
    const whole = f.integer(i32.sub(length, i32.and(length, size - 1)));
    f.range(0, whole, size, (index) => body(index, size));
    f.range(whole, length, 1, (index) => body(index, 1));
  };

  along(m, tile.rows, (i, rows) => along(n, tile.columns, (j, columns) => {
    f.set(left, batch);
    f.set(start.a, i32.add(a, i32.mul(aRow, i)));
    f.set(start.b, i32.add(b, i32.mul(bColumn, j)));
    f.set(start.c, i32.add(c, i32.add(i32.mul(cRow, i), i32.mul(cColumn, j))));
    f.tiles(left, [start.a, start.b, start.c], (lanes) => compute(lanes, rows, columns), 1);
  }));
  return f.finish();
}

export const productKernels: readonly EncodedFunction[] = [batchedProduct()];
