import { describe, expect, it } from 'vitest';
import { Random } from '../../core/base/random.ts';
import { gather, scatter, scatterAdd, sliceOf } from '../../core/network/slicing.ts';
import type { SliceRole } from '../../core/network/definition.ts';

/** Position in the large parameter of each element of the small one, one index at a time. */
function naivePositions(large: readonly number[], small: readonly number[], roles: readonly SliceRole[]): number[] {
  const count = small.reduce((a, b) => a * b, 1);
  return Array.from({ length: count }, (_, flat) => {
    let rest = flat;
    const index = [...small].reverse().map((size) => {
      const i = rest % size;
      rest = Math.floor(rest / size);
      return i;
    }).reverse();
    return index.reduce((at, i, axis) => at * large[axis] + i + (roles[axis] === 'centre' ? (large[axis] - small[axis]) / 2 : 0), 0);
  });
}

function randomSlice(random: Random): { large: number[]; small: number[]; roles: SliceRole[] } {
  const roles = Array.from({ length: random.integer(5) }, () => random.choice<SliceRole>(['first', 'centre']));
  const small = roles.map(() => 1 + random.integer(4));
  const large = roles.map((role, axis) => small[axis] + random.integer(3) * (role === 'centre' ? 2 : 1));
  return { large, small, roles };
}

const counting = (shape: readonly number[]) => Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => i);

describe('slices of parameters', () => {
  const random = new Random('slices');
  const cases = Array.from({ length: 300 }, () => randomSlice(random));

  it('read the elements that index arithmetic names', () => {
    for (const { large, small, roles } of cases) {
      expect([...gather(counting(large), sliceOf(large, small, roles))]).toEqual(naivePositions(large, small, roles));
    }
  });

  it('add to those elements and to no other', () => {
    for (const { large, small, roles } of cases) {
      const target = counting(large).map((i) => 10 * i);
      const expected = target.slice();
      const values = counting(small).map((i) => i + 1);
      naivePositions(large, small, roles).forEach((at, i) => { expected[at] += values[i]; });
      scatterAdd(values, sliceOf(large, small, roles), target);
      expect(target).toEqual(expected);
    }
  });

  it('write those elements and no other', () => {
    for (const { large, small, roles } of cases) {
      const target = counting(large).map((i) => -i);
      const expected = target.slice();
      const values = counting(small).map((i) => i + 1);
      naivePositions(large, small, roles).forEach((at, i) => { expected[at] = values[i]; });
      scatter(values, sliceOf(large, small, roles), target);
      expect(target).toEqual(expected);
    }
  });

  it('take the first channels where no role is given', () => {
    expect([...gather(counting([3, 4]), sliceOf([3, 4], [2, 2]))]).toEqual([0, 1, 4, 5]);
  });

  it('take the centre of a kernel', () => {
    const slice = sliceOf([1, 1, 5, 5], [1, 1, 3, 3], ['first', 'first', 'centre', 'centre']);
    expect([...gather(counting([1, 1, 5, 5]), slice)]).toEqual([6, 7, 8, 11, 12, 13, 16, 17, 18]);
  });

  it('are views where the large parameter is contiguous', () => {
    const large = counting([4, 3]);
    expect(gather(large, sliceOf([4, 3], [2, 3])).buffer).toBe(large.buffer);
    expect(gather(large, sliceOf([4, 3], [4, 3])).length).toBe(12);
  });

  it('take exactly as many values as they have elements', () => {
    const slice = sliceOf([3, 4], [2, 2]);
    for (const length of [3, 5]) {
      expect(() => scatterAdd(new Float32Array(length), slice, new Float32Array(12))).toThrow(`A slice of 4 elements cannot take ${length} values.`);
      expect(() => scatter(new Float32Array(length), slice, new Float32Array(12))).toThrow(RangeError);
    }
  });

  it('of kernels see the same pixels as in the larger one, whose padding of floor((kernel - stride) / 2) depends on its size', () => {
    for (const [stride, largest] of [[2, 4], [4, 8]]) {
      for (let kernel = stride; kernel <= largest; kernel++) {
        // The first tap of a window sees the pixel `padding` in front of its cell.
        const padding = (size: number) => Math.floor((size - stride) / 2);
        expect([...sliceOf([largest], [kernel], ['centre']).starts], `${kernel} of ${largest}`).toEqual([padding(largest) - padding(kernel)]);
      }
    }
  });

  it.each<[string, number[], number[], SliceRole[]]>([
    ['of another rank', [2, 2], [2], []],
    ['that are larger', [2, 2], [2, 3], []],
    ['of what is shared as a whole', [65, 8], [37, 8], ['whole']],
  ])('%s do not exist', (_, large, small, roles) => expect(() => sliceOf(large, small, roles)).toThrow(RangeError));
});
