import { describe, expect, it } from 'vitest';
import { combinedRanks, parseRankingRule } from '../../core/scoring/combination.ts';
import { promiseRanks } from '../../core/scoring/ranking.ts';

describe('ranks of scores', () => {
  it('are highest for the most promising, in either direction, and lowest for scores that are not valid', () => {
    const values = [NaN, 3, Infinity, 7, 3];
    expect(promiseRanks({ direction: 'higher' }, values)).toEqual([1.5, 3.5, 1.5, 5, 3.5]);
    expect(promiseRanks({ direction: 'lower' }, values)).toEqual([1.5, 4.5, 1.5, 3, 4.5]);
  });
});

describe('a combination', () => {
  const scores = { params: [10, 20, 30, 40], macs: [4e9, 3e9, 2e9, NaN], depth: [1, 1, 9, 9] };
  const ranksOf = (text: string) => combinedRanks(parseRankingRule(text), (id) => scores[id as keyof typeof scores]);

  it('adds the ranks of its parts, whatever their scales', () => {
    // Ranks 1 2 3 4 and 1.5 1.5 3.5 3.5.
    expect(ranksOf('params+depth')).toEqual([1, 2, 3, 4]);
    expect(ranksOf('depth')).toEqual([1.5, 1.5, 3.5, 3.5]);
  });

  it('puts an architecture last that has no valid score of one part, though the other puts it first', () => {
    // Ranks 1 2 3 (4) and 4 3 2 (1): sums 5 5 5, and the last not at all.
    expect(ranksOf('params+macs')).toEqual([3, 3, 3, 1]);
  });

  it('is called by its parts, and refuses unknown and repeated ones', () => {
    expect(parseRankingRule('params + depth')).toMatchObject({ id: 'params+depth', title: 'Parameters + Depth', parts: ['params', 'depth'] });
    expect(() => parseRankingRule('params+zen')).toThrow(/"zen"; known are params/);
    expect(() => parseRankingRule('params+params')).toThrow(/twice/);
  });
});
