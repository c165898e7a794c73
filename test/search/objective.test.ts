import { describe, expect, it } from 'vitest';
import { accuracyObjective, objectiveText, oriented, referenceValue, scoreText, valid } from '../../core/search/objective.ts';
import type { Objective } from '../../core/search/objective.ts';

const conditionNumber: Objective = { id: 'ntk', title: 'NTK', kind: 'score', direction: 'lower' };

describe('an objective', () => {
  it('turns numbers so that larger is better, and back', () => {
    expect(oriented(accuracyObjective, 0.7)).toBe(0.7);
    expect(oriented(conditionNumber, 120)).toBe(-120);
    expect(oriented(conditionNumber, oriented(conditionNumber, 120))).toBe(120);
  });

  it('writes values as the numbers that they stand for', () => {
    expect(objectiveText(accuracyObjective, 0.6489)).toBe('64.9 %');
    expect(objectiveText(conditionNumber, -123.456)).toBe('123.5');
  });

  it.each([
    [0, '0'], [0.012344, '0.01234'], [1.5, '1.5'], [98.7654, '98.77'], [45120.4, '45,120'], [-12.5, '-12.5'],
    [5_867_944, '5.868 M'], [1_283_200_000, '1.283 G'], [999_949, '999,949'], [3.1e-7, '3.1e-7'], [2e15, '2e15'], [NaN, 'invalid'],
  ])('writes a score of %d as %s', (score, text) => {
    expect(scoreText(score)).toBe(text);
  });

  it('has the value of guessing as reference, or for scores the worst of the first ones', () => {
    expect(referenceValue(accuracyObjective, 10, [0.4, 0.02])).toBe(0.1);
    expect(referenceValue(conditionNumber, 10, [-120, -4000, -30])).toBe(-4000);
    expect(referenceValue(conditionNumber, 10, [])).toBe(0);
  });

  it('leaves out what has no valid value', () => {
    expect(valid([{ value: 1 }, { value: 'invalid' }, { value: -2 }])).toEqual([{ value: 1 }, { value: -2 }]);
  });
});
