import { fourLanes, i32, oneLane, type I32, type Integer, type Local } from '../expression.ts';
import type { FunctionBuilder } from '../function.ts';

/**
 * Maps lie with the batch innermost: [channels, height, width, batch]. A window over positions then never meets the
 * inside of a vector, whatever its stride, and the vectors are full whatever the size of the map.
 */
export interface MapSize {
  readonly height: I32;
  readonly width: I32;
  readonly batch: I32;
}

/** A channel's map inside a border of zeros, in scratch memory, so that windows need no edges. */
export interface PaddedMap {
  readonly address: Local<'i32'>;
  /** Bytes of one position, of one padded row. */
  readonly positionBytes: Local<'i32'>;
  readonly rowBytes: Local<'i32'>;
}

/** Clears the scratch memory of a padded map; the border then stays zero from channel to channel. */
export function paddedMap(f: FunctionBuilder, address: Local<'i32'>, size: MapSize, before: Integer, after: Integer): PaddedMap {
  const positionBytes = f.integer(i32.shiftLeft(size.batch, 2));
  const both = f.integer(i32.add(before, after));
  const rowBytes = f.integer(i32.mul(i32.add(size.width, both), positionBytes));
  f.fillZeros(address, i32.mul(i32.add(size.height, both), rowBytes));
  return { address, positionBytes, rowBytes };
}

/** Copies a channel's map into its border; `source` moves to the next channel. */
export function fillPadded(f: FunctionBuilder, padded: PaddedMap, source: Local<'i32'>, size: MapSize, before: Integer): void {
  const target = f.local('i32');
  const row = f.integer(i32.add(padded.address, i32.add(i32.mul(padded.rowBytes, before), i32.mul(padded.positionBytes, before))));
  const left = f.local('i32');
  f.repeat(size.height, () => {
    f.set(target, row);
    f.set(left, i32.mul(size.width, size.batch));
    copyFloats(f, source, target, left);
    f.advance(row, padded.rowBytes);
  });
}

/** Copies `count` float32; both pointers move along and the count is used up. */
export function copyFloats(f: FunctionBuilder, from: Local<'i32'>, to: Local<'i32'>, count: Local<'i32'>): void {
  f.sweep(count, [from, to], (lanes, offset) => f.store(to, lanes.load(from, offset), offset));
}

/** One tap of a window: which row pointer it reads from, at which column offset, with which weight. */
export interface Tap {
  readonly row: Local<'i32'>;
  /** Bytes beyond the row pointer. */
  readonly column: Integer;
  readonly weight: number;
}

/** Beyond this many, the weights of a window no longer stay in registers, and its rows are better taken one by one. */
const tapsAtOnce = 5;

/**
 * y[i] = sum over the taps of weight x tap[i] for `count` neighbouring values; the row pointers and y move along.
 * @param weight address of the weights
 */
export function correlate(f: FunctionBuilder, count: Local<'i32'>, taps: readonly Tap[], y: Local<'i32'>, weight: Local<'i32'>): void {
  const rowsOf = (some: readonly Tap[]) => [...new Set(some.map(({ row }) => row))];
  const groups = taps.length <= tapsAtOnce ? [taps] : rowsOf(taps).map((row) => taps.filter((tap) => tap.row === row));
  const start = f.integer(y);
  const total = f.integer(count);
  groups.forEach((group, turn) => {
    if (turn > 0) {
      f.set(y, start);
      f.set(count, total);
    }
    const weights = group.map((tap) => f.local('v128', fourLanes.loadSplat(weight, 4 * tap.weight)));
    f.tiles(count, [...rowsOf(group), y], (lanes, offsets) => {
      const sums = offsets.map((offset) => (turn > 0 ? f.local(lanes.type, lanes.load(y, offset)) : f.local(lanes.type)));
      group.forEach((tap, i) => {
        const factor = lanes.width === 4 ? weights[i] : oneLane.load(weight, 4 * tap.weight);
        const address = f.integer(i32.add(tap.row, tap.column));
        offsets.forEach((offset, j) => {
          const product = lanes.mul(lanes.load(address, offset), factor);
          f.set(sums[j], i === 0 && turn === 0 ? product : lanes.add(sums[j], product));
        });
      });
      offsets.forEach((offset, j) => f.store(y, sums[j], offset));
    });
  });
}
