import { describe, expect, it } from 'vitest';
import { cut } from '../../../../core/engine/ort/team/gradientSum.ts';
import { sliceOf, type Slice } from '../../../../core/network/slicing.ts';

/** Elements of the larger parameter, in the order of the slice. */
const elements = ({ starts, runLength }: Slice) => [...starts].flatMap((start) => Array.from({ length: runLength }, (_, i) => start + i));

describe('cutting a slice into pieces', () => {
  it.each<[string, number[], number[]]>([
    ['a whole parameter', [40, 60], [40, 60]],
    ['long runs', [40, 60], [30, 55]],
    ['many short runs', [30, 20, 5, 5], [24, 7, 3, 3]],
    ['one number', [7, 7], [1, 1]],
  ])('keeps the elements of %s and their order', (_name, large, small) => {
    const slice = sliceOf(large, small, large.map(() => 'first' as const));
    for (const capacity of [64, 160, 1 << 20]) {
      const pieces = cut(slice, capacity);
      expect(pieces.flatMap(elements)).toEqual(elements(slice));
      for (const { starts, runLength } of pieces) expect(starts.length * runLength).toBeLessThanOrEqual(capacity);
    }
  });
});
