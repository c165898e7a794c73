import type { EncodedFunction } from '../encoding.ts';
import { i32, type Floats, type Lanes } from '../expression.ts';
import { FunctionBuilder } from '../function.ts';

/**
 * Softmax down the columns of matrices [groups, rows, columns]: with the batch last, the attention weights of one query
 * are a column.
 */

/** Coefficients of the Taylor series of e^x from x^7 down; on |x| <= ln(2) / 2 what is left out is below 1e-8. */
const series = [1 / 5040, 1 / 720, 1 / 120, 1 / 24, 1 / 6, 1 / 2, 1, 1];
/** ln 2 in two parts, of which the first has few digits, so that its multiples are exact. */
const [ln2High, ln2Low] = [0.693359375, Math.LN2 - 0.693359375];

/** e^x to float32's precision, for x from -87 to 88 and limited to that range: 2^n e^r with |r| <= ln(2) / 2. */
export function exponential(f: FunctionBuilder, lanes: Lanes, x: Floats): Floats {
  const limited = f.local(lanes.type, lanes.atMost(lanes.atLeast(x, lanes.constant(-87)), lanes.constant(88)));
  const n = f.local(lanes.type, lanes.round(lanes.mul(limited, lanes.constant(Math.LOG2E))));
  const high = lanes.sub(limited, lanes.mul(n, lanes.constant(ln2High)));
  const rest = f.local(lanes.type, lanes.sub(high, lanes.mul(n, lanes.constant(ln2Low))));
  const sum = series.slice(1).reduce<Floats>((value, coefficient) => lanes.add(lanes.mul(value, rest), lanes.constant(coefficient)),
    lanes.constant(series[0]));
  return f.local(lanes.type, lanes.mul(sum, lanes.powerOfTwo(n)));
}

/** softmaxColumns(x, y, groups, rows, columns) */
function softmaxColumns(): EncodedFunction {
  const f = new FunctionBuilder('softmaxColumns');
  const { x, y, groups, rows, columns } = f.pointers('x', 'y', 'groups', 'rows', 'columns');
  const rowBytes = f.integer(i32.shiftLeft(columns, 2));
  const [from, to, left] = [f.local('i32'), f.local('i32'), f.local('i32')];
  const groupBytes = f.integer(i32.mul(rowBytes, rows));
  const xAt = f.local('i32');
  const yAt = f.local('i32');
  f.repeat(groups, () => {
    f.set(left, columns);
    f.set(xAt, x);
    f.set(yAt, y);
    f.tiles(left, [xAt, yAt], (lanes, offsets) => {
      const largest = offsets.map((offset) => f.local(lanes.type, lanes.load(xAt, offset)));
      f.set(from, xAt);
      f.repeat(rows, () => {
        offsets.forEach((offset, i) => f.set(largest[i], lanes.max(largest[i], lanes.load(from, offset))));
        f.advance(from, rowBytes);
      });
      const sums = offsets.map(() => f.local(lanes.type, lanes.constant(0)));
      f.set(from, xAt);
      f.set(to, yAt);
      f.repeat(rows, () => {
        offsets.forEach((offset, i) => {
          const power = exponential(f, lanes, lanes.sub(lanes.load(from, offset), largest[i]));
          f.store(to, power, offset);
          f.set(sums[i], lanes.add(sums[i], power));
        });
        f.advance(from, rowBytes);
        f.advance(to, rowBytes);
      });
      offsets.forEach((_, i) => f.set(sums[i], lanes.div(lanes.constant(1), sums[i])));
      f.set(to, yAt);
      f.repeat(rows, () => {
        offsets.forEach((offset, i) => f.store(to, lanes.mul(lanes.load(to, offset), sums[i]), offset));
        f.advance(to, rowBytes);
      });
    });
    f.advance(x, groupBytes);
    f.advance(y, groupBytes);
  });
  return f.finish();
}

/** softmaxColumnsGradient(dy, y, dx, groups, rows, columns): dx = y (dy - sum over rows of dy y) */
function softmaxColumnsGradient(): EncodedFunction {
  const f = new FunctionBuilder('softmaxColumnsGradient');
  const { dy, y, dx, groups, rows, columns } = f.pointers('dy', 'y', 'dx', 'groups', 'rows', 'columns');
  const rowBytes = f.integer(i32.shiftLeft(columns, 2));
  const groupBytes = f.integer(i32.mul(rowBytes, rows));
  const [dyAt, yAt, dxAt, left] = Array.from({ length: 4 }, () => f.local('i32'));
  const [gradient, weight, result] = Array.from({ length: 3 }, () => f.local('i32'));
  const restart = () => {
    f.set(gradient, dyAt);
    f.set(weight, yAt);
    f.set(result, dxAt);
  };
  f.repeat(groups, () => {
    f.set(left, columns);
    f.set(dyAt, dy);
    f.set(yAt, y);
    f.set(dxAt, dx);
    f.tiles(left, [dyAt, yAt, dxAt], (lanes, offsets) => {
      const sums = offsets.map(() => f.local(lanes.type, lanes.constant(0)));
      restart();
      f.repeat(rows, () => {
        offsets.forEach((offset, i) => f.set(sums[i], lanes.add(sums[i], lanes.mul(lanes.load(gradient, offset), lanes.load(weight, offset)))));
        f.advance(gradient, rowBytes);
        f.advance(weight, rowBytes);
      });
      restart();
      f.repeat(rows, () => {
        offsets.forEach((offset, i) =>
          f.store(result, lanes.mul(lanes.load(weight, offset), lanes.sub(lanes.load(gradient, offset), sums[i])), offset));
        for (const pointer of [gradient, weight, result]) f.advance(pointer, rowBytes);
      });
    });
    for (const pointer of [dy, y, dx]) f.advance(pointer, groupBytes);
  });
  return f.finish();
}

export const softmaxKernels: readonly EncodedFunction[] = [softmaxColumns(), softmaxColumnsGradient()];
