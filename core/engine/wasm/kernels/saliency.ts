import type { EncodedFunction } from '../encoding.ts';
import { f32, f64, fourLanes, i32, oneLane } from '../expression.ts';
import { FunctionBuilder, laneSum } from '../function.ts';

/** Sums that tell how much of a gradient of rank one, or of a few, there is: the gradient itself is never spelled out. */

/** dotRows or absoluteDotRows(a, b, y, rows, length): y[r] = sum_i a[r, i] b[r, i], or the same of the products' magnitudes */
function rowSums(name: string, absolute: boolean): EncodedFunction {
  const f = new FunctionBuilder(name);
  const { a, b, y, rows, length } = f.pointers('a', 'b', 'y', 'rows', 'length');
  f.repeat(rows, () => {
    const [sum] = f.sums(1, length, [a, b], (lanes, offset, add) => {
      const product = lanes.mul(lanes.load(a, offset), lanes.load(b, offset));
      add(0, absolute ? lanes.abs(product) : product);
    });
    f.store(y, f32.fromDouble(sum));
    f.advance(y, 4);
  });
  return f.finish();
}

/**
 * outerSaliency(w, a, g, y, rows, columns, count): y = sum over i and j of |w[i, j] sum_c a[c, i] g[c, j]|, for a matrix w
 * [rows, columns] whose gradient is the sum of `count` outer products.
 */
function outerSaliency(): EncodedFunction {
  const f = new FunctionBuilder('outerSaliency');
  const { w, a, g, y, rows, columns, count } = f.pointers('w', 'a', 'g', 'y', 'rows', 'columns', 'count');
  const aBytes = f.integer(i32.shiftLeft(rows, 2));
  const gBytes = f.integer(i32.shiftLeft(columns, 2));
  const total = f.local('f64', f64.fromInteger(0));
  const [gStart, aAt, gAt, left] = Array.from({ length: 4 }, () => f.local('i32'));
  const [along, alone] = [f.local('v128'), f.local('f32')];
  f.repeat(rows, () => {
    f.set(along, fourLanes.constant(0));
    f.set(alone, oneLane.constant(0));
    f.set(gStart, g);
    f.set(left, columns);
    f.tiles(left, [w, gStart], (lanes, offsets) => {
      const sums = offsets.map(() => f.local(lanes.type, lanes.width === 4 ? fourLanes.constant(0) : oneLane.constant(0)));
      f.set(aAt, a);
      f.set(gAt, gStart);
      f.repeat(count, () => {
        const factor = f.local(lanes.type, lanes.loadSplat(aAt));
        offsets.forEach((offset, i) => f.set(sums[i], lanes.add(sums[i], lanes.mul(factor, lanes.load(gAt, offset)))));
        f.advance(aAt, aBytes);
        f.advance(gAt, gBytes);
      });
      offsets.forEach((offset, i) => {
        const size = lanes.abs(lanes.mul(sums[i], lanes.load(w, offset)));
        if (lanes.width === 4) f.set(along, fourLanes.add(along, size as typeof along));
        else f.set(alone, oneLane.add(alone, size as typeof alone));
      });
    });
    f.set(total, f64.add(total, f64.add(laneSum(along), f64.fromFloat(alone))));
    f.advance(a, 4);
  });
  f.store(y, f32.fromDouble(total));
  return f.finish();
}

export const saliencyKernels: readonly EncodedFunction[] = [rowSums('dotRows', false), rowSums('absoluteDotRows', true), outerSaliency()];
