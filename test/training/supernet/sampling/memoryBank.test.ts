import { describe, expect, it } from 'vitest';
import { Random } from '../../../../core/base/random.ts';
import { MemoryBank } from '../../../../core/training/supernet/sampling/memoryBank.ts';

const subnet = (key: string, score: number) => ({ key, arch: key, score });

describe('a memory bank', () => {
  it('takes in everything until it is full, and then only what is better than the worst', () => {
    const bank = new MemoryBank<string>(3);
    for (const [key, score] of [['a', -2], ['b', -1], ['c', -3]] as const) expect(bank.insert(subnet(key, score))).toBe(true);
    expect(bank.insert(subnet('d', -3))).toBe(false);
    expect(bank.insert(subnet('e', -2.5))).toBe(true);
    expect(bank.members.map(({ key }) => key)).toEqual(['a', 'b', 'e']);
    expect(bank.best?.key).toBe('b');
  });

  it('holds a subnet once, with its latest score', () => {
    const bank = new MemoryBank<string>(2);
    bank.insert(subnet('a', -1));
    bank.insert(subnet('a', -4));
    expect(bank.members).toEqual([subnet('a', -4)]);
  });

  it('is half full once it holds more than half of what it can', () => {
    const bank = new MemoryBank<string>(4);
    const seen = ['a', 'b', 'c'].map((key) => {
      bank.insert(subnet(key, 0));
      return bank.isHalfFull;
    });
    expect(seen).toEqual([false, false, true]);
  });

  it('draws members with the softmax of their scores', () => {
    const bank = new MemoryBank<string>(3, [subnet('a', -1000), subnet('b', -1000 + Math.log(2)), subnet('c', -1000 + Math.log(5))]);
    const random = new Random(1);
    const counts: Record<string, number> = { a: 0, b: 0, c: 0 };
    for (let i = 0; i < 40_000; i++) counts[bank.draw(random).key]++;
    // exp of the scores: 1 : 2 : 5.
    expect(counts.a / 40_000).toBeCloseTo(1 / 8, 1.9);
    expect(counts.b / 40_000).toBeCloseTo(2 / 8, 1.9);
    expect(counts.c / 40_000).toBeCloseTo(5 / 8, 1.9);
  });

  it('judges all members again', () => {
    const bank = new MemoryBank<string>(3, [subnet('a', -1), subnet('b', -2)]);
    bank.rescore(({ key }) => key === 'a' ? -9 : -3);
    expect(bank.best).toEqual(subnet('b', -3));
  });
});
