import type { EncodedFunction } from '../encoding.ts';
import { i32, oneLane, type Local } from '../expression.ts';
import { FunctionBuilder } from '../function.ts';

/** Axes beyond the innermost that a permutation may have after neighbours that stay together are joined. */
export const permutedAxes = 5;

/**
 * permute(x, y, n0..n4, s0..s4, run): y [n0, n1, n2, n3, n4, run] dense, from x with the given strides (floats) of those
 * axes and contiguous runs.
 */
function permute(): EncodedFunction {
  const f = new FunctionBuilder('permute');
  const { x, y } = f.pointers('x', 'y');
  const counts = Array.from({ length: permutedAxes }, () => f.parameter('i32'));
  const strides = Array.from({ length: permutedAxes }, () => f.parameter('i32'));
  const run = f.parameter('i32');
  for (const stride of strides) f.set(stride, i32.shiftLeft(stride, 2));
  const [from, left] = [f.local('i32'), f.local('i32')];
  const single = i32.equal(run, 1);
  const walk = (axis: number, start: Local<'i32'>) => {
    if (axis === permutedAxes) {
      f.set(from, start);
      f.set(left, run);
      f.sweep(left, [from, y], (lanes, offset) => f.store(y, lanes.load(from, offset), offset));
      return;
    }
    const at = f.integer(i32.add(start, 0));
    const inner = () => f.repeat(counts[axis], () => {
      walk(axis + 1, at);
      f.advance(at, strides[axis]);
    });
    if (axis < permutedAxes - 1) inner();
    else {
      f.when(single, () => f.repeat(counts[axis], () => {
        f.store(y, oneLane.load(at));
        f.advance(y, 4);
        f.advance(at, strides[axis]);
      }));
      f.when(i32.equal(single, 0), inner);
    }
  };
  walk(0, x);
  return f.finish();
}

export const permutationKernels: readonly EncodedFunction[] = [permute()];
