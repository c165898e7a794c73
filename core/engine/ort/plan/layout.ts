import type { Dim } from '../../../graph/dims.ts';

/**
 * How a value's numbers lie in memory: in the order of its axes (`declared`), or with the first axis, the batch, moved
 * behind all others (`batchLast`). In the latter a channel of the whole batch is one stretch of memory, a 1x1
 * convolution of the whole batch is one matrix product without any transposition, and vectors run along the batch.
 */
export type Layout = 'declared' | 'batchLast';

/** Whether both layouts of this shape are the same memory. */
export function layoutsCoincide(dims: readonly Dim[]): boolean {
  return dims.length < 2 || dims[0] === 1 || dims.slice(1).every((dim) => dim === 1);
}
