import { f32, f32x4, fourLanes, oneLane, type Expression, type Floats, type Lanes, type Local } from '../expression.ts';
import type { FunctionBuilder } from '../function.ts';

/**
 * Sums of a walk along one row, sixteen running sums each, so that rounding stays small for rows of a few thousand. The
 * pointers move along.
 */
export function alongRow(
  f: FunctionBuilder, howMany: number, length: Local<'i32'>, pointers: readonly Local<'i32'>[],
  body: (lanes: Lanes, offset: number, add: (which: number, value: Floats) => void) => void,
): Local<'f32'>[] {
  const partial = Array.from({ length: howMany }, () => Array.from({ length: 4 }, () => f.local('v128')));
  const single = partial.map(() => f.local('f32'));
  for (const parts of partial) for (const part of parts) f.set(part, fourLanes.constant(0));
  for (const one of single) f.set(one, oneLane.constant(0));
  const left = f.integer(length);
  f.sweep(left, pointers, (lanes, offset) => body(lanes, offset, (which, value) => {
    if (lanes.width === 1) f.set(single[which], f32.add(single[which], value as Expression<'f32'>));
    else f.set(partial[which][offset / 16], fourLanes.add(partial[which][offset / 16], value as Expression<'v128'>));
  }));
  partial.forEach(([a, b, c, d], which) => {
    f.set(a, fourLanes.add(fourLanes.add(a, b), fourLanes.add(c, d)));
    f.set(single[which], f32.add(single[which], acrossLanes(a, f32.add)));
  });
  return single;
}

/** The largest number of a row. The pointer moves along. */
export function largestOfRow(f: FunctionBuilder, length: Local<'i32'>, at: Local<'i32'>): Local<'f32'> {
  const largest = Array.from({ length: 4 }, () => f.local('v128'));
  const most = f.local('f32');
  for (const part of largest) f.set(part, fourLanes.constant(-Infinity));
  f.set(most, oneLane.constant(-Infinity));
  const left = f.integer(length);
  f.sweep(left, [at], (lanes, offset) => {
    if (lanes.width === 1) f.set(most, oneLane.max(most, oneLane.load(at, offset)));
    else f.set(largest[offset / 16], fourLanes.max(largest[offset / 16], fourLanes.load(at, offset)));
  });
  const [a, b, c, d] = largest;
  f.set(a, fourLanes.max(fourLanes.max(a, b), fourLanes.max(c, d)));
  f.set(most, oneLane.max(most, acrossLanes(a, oneLane.max)));
  return most;
}

function acrossLanes(value: Local<'v128'>, join: (a: Expression<'f32'>, b: Expression<'f32'>) => Expression<'f32'>): Expression<'f32'> {
  const [a, b, c, d] = [0, 1, 2, 3].map((lane) => f32x4.lane(value, lane));
  return join(join(a, b), join(c, d));
}
