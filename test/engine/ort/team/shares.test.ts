import { describe, expect, it } from 'vitest';
import { evenStretches, shareBatch } from '../../../../core/engine/ort/team/shares.ts';

describe('sharing out a batch', () => {
  it('gives every image to one member, and members differ by one image at most', () => {
    for (let batch = 1; batch < 70; batch++) {
      for (let members = 1; members < 10; members++) {
        const shares = shareBatch(batch, members);
        expect(shares.reduce((sum, images) => sum + images, 0)).toBe(batch);
        expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(1);
        expect(shares.length).toBeLessThanOrEqual(members);
      }
    }
  });

  it('leaves members out before any gets fewer than four images', () => {
    expect(shareBatch(8, 16)).toEqual([4, 4]);
    expect(shareBatch(3, 16)).toEqual([3]);
  });
});

describe('cutting a row of pieces into stretches', () => {
  it('covers the row without gaps', () => {
    for (const lengths of [[], [5], [1, 1, 1, 1], [100, 1, 1], [1, 1, 100], [0, 0, 3]]) {
      for (let parts = 1; parts < 6; parts++) {
        const stretches = evenStretches(lengths, parts);
        expect(stretches).toHaveLength(parts);
        expect(stretches[0].from).toBe(0);
        expect(stretches.at(-1)!.to).toBe(lengths.length);
        stretches.slice(1).forEach(({ from }, i) => expect(from).toBe(stretches[i].to));
      }
    }
  });

  it('makes them about equally long', () => {
    expect(evenStretches([4, 4, 4, 4], 2)).toEqual([{ from: 0, to: 2 }, { from: 2, to: 4 }]);
    expect(evenStretches([1, 1, 1, 9], 2)).toEqual([{ from: 0, to: 4 }, { from: 4, to: 4 }]);
  });
});
