import type { EncodedFunction } from '../encoding.ts';
import { fourLanes, i32, type Expression, type Floats, type Lanes, type Local } from '../expression.ts';
import { FunctionBuilder } from '../function.ts';

/** Sums that registers hold at once: this many rows by this many columns of the result. */
const tile = { rows: 4, columns: 2 } as const;

/** Images that are worked on together; with as many float32, an element fills a cache line. */
export const productImages = 16;

/**
 * batchedProduct(a, b, c, scratch, m, n, k, batch, aRow, aColumn, bRow, bColumn, cRow, cColumn): c = a b for every image,
 * where each matrix element is a vector over the batch: c[i, j, image] = sum over l of a[i, l, image] b[l, j, image].
 * The last six parameters are the distances, in elements (batch vectors), between rows and between columns of each
 * matrix, so that transposes need no copy. Scratch: (m + n) k productImages floats, into which a few images of both
 * factors are gathered: rows that lie a power of two apart would drive each other out of the cache.
 */
function batchedProduct(): EncodedFunction {
  const f = new FunctionBuilder('batchedProduct');
  const { a, b, c, scratch, m, n, k, batch } = f.pointers('a', 'b', 'c', 'scratch', 'm', 'n', 'k', 'batch');
  const strides = f.pointers('aRow', 'aColumn', 'bRow', 'bColumn', 'cRow', 'cColumn');
  const batchBytes = f.integer(i32.shiftLeft(batch, 2));
  for (const stride of Object.values(strides)) f.set(stride, i32.mul(stride, batchBytes));
  const { aRow, aColumn, bRow, bColumn, cRow, cColumn } = strides;
  const [left, packed, lineBytes] = [f.local('i32'), f.local('i32'), f.local('i32')];

  /** Copies some images of a factor to where `packed` points: line after line, each with its k elements together. */
  const pack = (from: Local<'i32'>, lines: Local<'i32'>, line: Local<'i32'>, step: Local<'i32'>, lanes: Lanes, offsets: readonly number[]) => {
    f.range(0, lines, 1, (i) => {
      const at = f.integer(i32.add(from, i32.mul(line, i)));
      f.repeat(k, () => {
        for (const offset of offsets) f.store(packed, lanes.load(at, offset), offset);
        f.advance(at, step);
        f.advance(packed, 4 * lanes.width * offsets.length);
      });
    });
  };

  /** One tile of the result, for one vector of images; `elementBytes` lie between the packed elements. */
  const compute = (lanes: Lanes, rows: number, columns: number, elementBytes: number, firstRow: Local<'i32'>, firstColumn: Local<'i32'>, to: Local<'i32'>) => {
    const sums = Array.from({ length: rows * columns }, () => f.local(lanes.type, lanes.constant(0)));
    const starts = (first: Local<'i32'>, count: number) => Array.from({ length: count }, (_, i) => f.integer(i32.add(first, i32.mul(lineBytes, i))));
    const [rowPointers, columnPointers] = [starts(firstRow, rows), starts(firstColumn, columns)];
    f.repeat(k, () => {
      const right: Floats[] = columnPointers.map((pointer) => f.local(lanes.type, lanes.load(pointer)));
      for (const [i, pointer] of rowPointers.entries()) {
        const value = f.local(lanes.type, lanes.load(pointer));
        right.forEach((other, j) => f.set(sums[i * columns + j], lanes.add(sums[i * columns + j], lanes.mul(value, other))));
      }
      for (const pointer of [...rowPointers, ...columnPointers]) f.advance(pointer, elementBytes);
    });
    sums.forEach((sum, at) => {
      const [i, j] = [Math.floor(at / columns), at % columns];
      f.store(i32.add(to, i32.add(i32.mul(cRow, i), i32.mul(cColumn, j))), sum);
    });
  };

  /** Calls the body for every tile along one axis: large ones first, then single lines. */
  const along = (length: Local<'i32'>, size: number, body: (at: Local<'i32'>, size: number) => void) => {
    const whole = f.integer(i32.sub(length, i32.and(length, size - 1)));
    f.range(0, whole, size, (index) => body(index, size));
    f.range(whole, length, 1, (index) => body(index, 1));
  };

  f.set(left, batch);
  f.tiles(left, [a, b, c], (lanes, offsets) => {
    const elementBytes = 4 * lanes.width * offsets.length;
    f.set(lineBytes, i32.mul(k, elementBytes));
    f.set(packed, scratch);
    pack(a, m, aRow, aColumn, lanes, offsets);
    const columnsStart = f.integer(packed);
    pack(b, n, bColumn, bRow, lanes, offsets);
    const [firstRow, firstColumn, to] = [f.local('i32'), f.local('i32'), f.local('i32')];
    along(m, tile.rows, (i, rows) => along(n, tile.columns, (j, columns) => {
      f.set(firstRow, i32.add(scratch, i32.mul(lineBytes, i)));
      f.set(firstColumn, i32.add(columnsStart, i32.mul(lineBytes, j)));
      f.set(to, i32.add(c, i32.add(i32.mul(cRow, i), i32.mul(cColumn, j))));
      f.repeat(offsets.length, () => {
        compute(lanes, rows, columns, elementBytes, firstRow, firstColumn, to);
        for (const pointer of [firstRow, firstColumn, to]) f.advance(pointer, 4 * lanes.width);
      });
    }));
  }, productImages / 4);
  return f.finish();
}

/** Rows of both factors that are worked on together, so that the result is read and written less often. */
const thinRows = 4;

/**
 * thinProduct(a, b, c, rows, columns, depth): c [rows, columns] = a^T b for a [depth, rows] and b [depth, columns], with
 * columns a small multiple of four: the layers of a classifier on a small batch. Each number of `a` is read once for every
 * four columns, and nothing is rearranged, which would take longer than the product.
 */
function thinProduct(): EncodedFunction {
  const f = new FunctionBuilder('thinProduct');
  const { a, b, c, rows, columns, depth } = f.pointers('a', 'b', 'c', 'rows', 'columns', 'depth');
  const rowBytes = f.integer(i32.shiftLeft(rows, 2));
  const columnBytes = f.integer(i32.shiftLeft(columns, 2));
  f.fillZeros(c, i32.mul(rows, columnBytes));
  const turn = (first: Local<'i32'>, count: number) => f.range(0, columnBytes, 16, (offset) => {
    const lines = Array.from({ length: count }, (_, i) => f.integer(i32.add(first, i)));
    const right = lines.map((line) => f.local('v128', fourLanes.load(i32.add(i32.add(b, i32.mul(line, columnBytes)), offset))));
    const left = lines.map((line) => f.integer(i32.add(a, i32.mul(line, rowBytes))));
    const to = f.integer(i32.add(c, offset));
    f.repeat(rows, () => {
      const sum = right.reduce<Expression<'v128'>>(
        (before, value, i) => fourLanes.add(before, fourLanes.mul(fourLanes.loadSplat(left[i]), value)), fourLanes.load(to));
      f.store(to, sum);
      for (const pointer of left) f.advance(pointer, 4);
      f.advance(to, columnBytes);
    });
  });
  const whole = f.integer(i32.sub(depth, i32.and(depth, thinRows - 1)));
  f.range(0, whole, thinRows, (line) => turn(line, thinRows));
  f.range(whole, depth, 1, (line) => turn(line, 1));
  return f.finish();
}

export const productKernels: readonly EncodedFunction[] = [batchedProduct(), thinProduct()];
