import { describe, expect, it } from 'vitest';
import { Random } from '../../core/base/random.ts';
import { topRecall, topRegret } from '../../core/base/topChoices.ts';

/** Every order of some indices in which a ranking can put them. */
function* ordersOf(scores: readonly number[], rest = [...scores.keys()]): Generator<number[]> {
  if (rest.length === 0) return yield [];
  const best = Math.max(...rest.map((i) => scores[i]));
  for (const first of rest.filter((i) => scores[i] === best)) {
    for (const order of ordersOf(scores, rest.filter((i) => i !== first))) yield [first, ...order];
  }
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

describe('the first k of a ranking', () => {
  it('hold so many of the best, and miss so much of the best value', () => {
    const scores = [9, 8, 7, 1, 2];
    const truth = [50, 70, 60, 90, 80];
    expect(topRecall(scores, truth, 3)).toBeCloseTo(1 / 3, 12);
    expect(topRegret(scores, truth, 3)).toBe(20);
    expect(topRecall(scores, truth, 5)).toBe(1);
    expect(topRegret(scores, truth, 9)).toBe(0);
  });

  it('are averaged over all ways of breaking ties, as counted one by one', () => {
    const random = new Random(1);
    for (let i = 0; i < 10; i++) {
      const draw = (values: number) => Array.from({ length: 6 }, () => random.integer(values));
      const [scores, truth] = [draw(3), draw(4)];
      for (const k of [1, 2, 4]) {
        const bests = [...ordersOf(truth)].map((order) => order.slice(0, k));
        const chosen = [...ordersOf(scores)].map((order) => order.slice(0, k));
        const recalls = chosen.flatMap((some) => bests.map((best) => best.filter((one) => some.includes(one)).length / k));
        const regrets = chosen.map((some) => Math.max(...truth) - Math.max(...some.map((one) => truth[one])));
        expect(topRecall(scores, truth, k)).toBeCloseTo(mean(recalls), 12);
        expect(topRegret(scores, truth, k)).toBeCloseTo(mean(regrets), 12);
      }
    }
  });

  it('of a constant score are a random choice', () => {
    expect(topRecall([0, 0, 0, 0], [1, 2, 3, 4], 2)).toBeCloseTo(0.5, 12);
    // One of four: losses 3, 2, 1, 0.
    expect(topRegret([0, 0, 0, 0], [1, 2, 3, 4], 1)).toBeCloseTo(1.5, 12);
  });
});
