import type { SliceRole } from './definition.ts';

/** Where a smaller parameter lies inside a larger one: as runs of equal length that are contiguous in both. */
export interface Slice {
  /** Elements in each run. */
  readonly runLength: number;
  /** Start of each run in the larger parameter; in the smaller one the runs follow each other. */
  readonly starts: Int32Array;
}

/** A parameter of a network as a part of a flat buffer that a larger network's parameters fill. */
export interface ParameterShare {
  readonly shape: readonly number[];
  /** Where the larger parameter starts. */
  readonly offset: number;
  /** Which of its elements belong to the share. */
  readonly slice: Slice;
}

/**
 * The part of a parameter that a smaller network shares (elasticvit.md section 3): the first channels, the centre of
 * kernels and of position tables, all positions.
 *
 * @param large shape in the supernet
 * @param small shape in the subnet, of the same rank and nowhere larger
 * @param roles per axis, `first` where missing
 * @throws RangeError when the smaller shape does not fit
 */
export function sliceOf(large: readonly number[], small: readonly number[], roles: readonly SliceRole[] = []): Slice {
  const fits = (size: number, axis: number) => roles[axis] === 'whole' ? size === large[axis] : size <= large[axis];
  if (large.length !== small.length || !small.every(fits)) {
    throw new RangeError(`A parameter of shape [${small}] is not part of one of shape [${large}].`);
  }
  // Of even sizes the centre is the later one of the two in the middle, which is how even kernels lie on a map.
  const begins = small.map((size, axis) => (roles[axis] === 'centre' ? Math.floor(large[axis] / 2) - Math.floor(size / 2) : 0));
  let tail = large.length;
  while (tail > 0 && small[tail - 1] === large[tail - 1]) tail--;
  const inner = large.slice(tail).reduce((size, dim) => size * dim, 1);
  if (tail === 0) return { runLength: inner, starts: Int32Array.of(0) };

  // Axis tail-1 is contiguous too, but covers only a part of the larger parameter's.
  const runLength = small[tail - 1] * inner;
  const strides = large.map((_, axis) => large.slice(axis + 1).reduce((size, dim) => size * dim, 1));
  const outer = small.slice(0, tail - 1);
  const starts = new Int32Array(outer.reduce((size, dim) => size * dim, 1));
  const index = outer.map(() => 0);
  for (let run = 0; run < starts.length; run++) {
    let at = begins[tail - 1] * strides[tail - 1];
    for (let axis = 0; axis < outer.length; axis++) at += (begins[axis] + index[axis]) * strides[axis];
    starts[run] = at;
    for (let axis = outer.length - 1; axis >= 0 && ++index[axis] === outer[axis]; axis--) index[axis] = 0;
  }
  return { runLength, starts };
}

/** Reads a slice of `large` (a view that starts at the parameter) into new memory, or as a view where it is whole. */
export function gather(large: Float32Array, slice: Slice): Float32Array {
  const { runLength, starts } = slice;
  if (starts.length === 1) return large.subarray(starts[0], starts[0] + runLength);
  const small = new Float32Array(starts.length * runLength);
  gatherInto(large, slice, small);
  return small;
}

/** Runs below this length are copied faster number by number than through a view each. */
const shortRun = 32;

/**
 * Reads a slice of `large` into memory of its size.
 * @throws RangeError when that has room for more or fewer values than the slice has elements
 */
export function gatherInto(large: Float32Array, slice: Slice, small: Float32Array): void {
  const { runLength, starts } = slice;
  requireLength(small, slice);
  let to = 0;
  for (let run = 0; run < starts.length; run++, to += runLength) {
    const from = starts[run];
    if (runLength < shortRun) for (let i = 0; i < runLength; i++) small[to + i] = large[from + i];
    else small.set(large.subarray(from, from + runLength), to);
  }
}

/**
 * Adds a subnet's values onto the slice of the larger parameter that they belong to.
 * @throws RangeError when there are more or fewer values than the slice has elements
 */
export function scatterAdd(small: Float32Array, slice: Slice, large: Float32Array): void {
  const { runLength, starts } = slice;
  requireLength(small, slice);
  let from = 0;
  for (let run = 0; run < starts.length; run++) {
    const end = starts[run] + runLength;
    for (let to = starts[run]; to < end; to++) large[to] += small[from++];
  }
}

/**
 * Writes a subnet's values over the slice of the larger parameter that they belong to.
 * @throws RangeError when there are more or fewer values than the slice has elements
 */
export function scatter(small: Float32Array, slice: Slice, large: Float32Array): void {
  const { runLength, starts } = slice;
  requireLength(small, slice);
  for (let run = 0; run < starts.length; run++) {
    large.set(small.subarray(run * runLength, (run + 1) * runLength), starts[run]);
  }
}

function requireLength(small: Float32Array, { runLength, starts }: Slice): void {
  const expected = runLength * starts.length;
  if (small.length !== expected) throw new RangeError(`A slice of ${expected} elements cannot take ${small.length} values.`);
}
