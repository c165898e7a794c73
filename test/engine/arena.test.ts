import { describe, expect, it } from 'vitest';
import { Random } from '../../core/base/random.ts';
import { Arena } from '../../core/engine/wasm/arena.ts';

const mebibyte = 2 ** 20;

describe('an arena', () => {
  it('gives out blocks that do not overlap, however they come and go', () => {
    const random = new Random('arena');
    const arena = new Arena();
    const blocks: { address: number; length: number; mark: number }[] = [];
    for (let mark = 1; mark < 3000; mark++) {
      if (blocks.length > 0 && random.chance(0.48)) {
        const [{ address, length, mark: written }] = blocks.splice(random.integer(blocks.length), 1);
        expect(arena.view(address, length).every((value) => value === written)).toBe(true);
        arena.free(address);
      } else {
        const length = random.choice([0, 1, 16, 17, 300, 5000, 100_000]);
        const address = arena.allocate(length);
        expect(address % 64).toBe(0);
        arena.view(address, length).fill(mark);
        blocks.push({ address, length, mark });
      }
    }
    blocks.forEach(({ address }) => arena.free(address));
    expect(arena.usedBytes).toBe(0);
    // Everything that was freed is one stretch again.
    const bytes = arena.memory.buffer.byteLength;
    arena.allocate((bytes - 64) / 4);
    expect(arena.memory.buffer.byteLength).toBe(bytes);
  });

  it('keeps what was written when it grows', () => {
    const arena = new Arena();
    const address = arena.allocate(1000);
    arena.view(address, 1000).fill(7);
    arena.allocate(50 * mebibyte);
    expect(arena.view(address, 1000).every((value) => value === 7)).toBe(true);
  });

  it('says what it may have and what to do when that is not enough', () => {
    const arena = new Arena(40 * mebibyte);
    const address = arena.allocate(5 * mebibyte);
    expect(() => arena.allocate(6 * mebibyte)).toThrow(
      'but each may have 40 MiB. Use a smaller batch size or a lower resolution, or raise the limit where one is set.');
    expect(arena.usedBytes).toBe(20 * mebibyte);
    arena.free(address);
    expect(() => arena.allocate(6 * mebibyte)).not.toThrow();
    expect(arena.memory.buffer.byteLength).toBeLessThanOrEqual(40 * mebibyte);
  });

  it('refuses to free what it did not give out, and to free twice', () => {
    const arena = new Arena();
    const address = arena.allocate(4);
    arena.free(address);
    expect(() => arena.free(address)).toThrow(RangeError);
    expect(() => arena.free(12)).toThrow(RangeError);
  });
});
