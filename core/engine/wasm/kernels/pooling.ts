import type { EncodedFunction } from '../encoding.ts';
import { i32, type I32 } from '../expression.ts';
import { FunctionBuilder } from '../function.ts';
import { fillPadded, paddedMap } from './padding.ts';

/**
 * Average pooling of 2x2 windows with stride 2 over maps [channels, height, width, batch]. Where the map is odd
 * (`border` is 1), one row and column of zeros precede it and count.
 */

/** averagePool(x, y, scratch, channels, height, width, outHeight, outWidth, batch, border) */
function averagePool(): EncodedFunction {
  const f = new FunctionBuilder('averagePool');
  const { x, y, scratch } = f.pointers('x', 'y', 'scratch');
  const { channels, height, width, outHeight, outWidth, batch, border } =
    f.pointers('channels', 'height', 'width', 'outHeight', 'outWidth', 'batch', 'border');
  const size = { height, width, batch };
  const padded = paddedMap(f, scratch, size, border, 0);
  const rows = [f.local('i32'), f.local('i32')];
  const [start, left] = [f.local('i32'), f.local('i32')];
  f.repeat(channels, () => {
    fillPadded(f, padded, x, size, border);
    const rowStart = f.integer(scratch);
    f.repeat(outHeight, () => {
      f.set(start, rowStart);
      f.repeat(outWidth, () => {
        f.set(rows[0], start);
        f.set(rows[1], i32.add(start, padded.rowBytes));
        f.set(left, batch);
        f.sweep(left, [...rows, y], (lanes, offset) => {
          const [top, bottom] = rows.map((row) =>
            lanes.add(lanes.load(row, offset), lanes.load(i32.add(row, padded.positionBytes), offset)));
          f.store(y, lanes.mul(lanes.add(top, bottom), lanes.constant(0.25)), offset);
        });
        f.advance(start, i32.shiftLeft(padded.positionBytes, 1));
      });
      f.advance(rowStart, i32.shiftLeft(padded.rowBytes, 1));
    });
  });
  return f.finish();
}

/** averagePoolGradient(dy, dx, channels, height, width, outHeight, outWidth, batch, border) */
function averagePoolGradient(): EncodedFunction {
  const f = new FunctionBuilder('averagePoolGradient');
  const { dy, dx } = f.pointers('dy', 'dx');
  const { channels, height, width, outHeight, outWidth, batch, border } =
    f.pointers('channels', 'height', 'width', 'outHeight', 'outWidth', 'batch', 'border');
  const positionBytes = f.integer(i32.shiftLeft(batch, 2));
  const rowBytes = f.integer(i32.mul(outWidth, positionBytes));
  const [from, left] = [f.local('i32'), f.local('i32')];
  const halved = (index: I32) => i32.shiftRight(i32.add(index, border), 1);
  f.repeat(channels, () => {
    f.range(0, height, 1, (h) => f.range(0, width, 1, (w) => {
      f.set(from, i32.add(dy, i32.add(i32.mul(halved(h), rowBytes), i32.mul(halved(w), positionBytes))));
      f.set(left, batch);
      f.sweep(left, [from, dx], (lanes, offset) => f.store(dx, lanes.mul(lanes.load(from, offset), lanes.constant(0.25)), offset));
    }));
    f.advance(dy, i32.mul(rowBytes, outHeight));
  });
  return f.finish();
}

export const poolingKernels: readonly EncodedFunction[] = [averagePool(), averagePoolGradient()];
