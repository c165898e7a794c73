import { describe, expect, it } from 'vitest';
import { bootstrapInterval } from '../../core/base/bootstrap.ts';
import { Random } from '../../core/base/random.ts';
import { kendallTau, spearmanRho } from '../../core/base/rankStatistics.ts';
import { topRecall, topRegret } from '../../core/base/topChoices.ts';
import { agreements } from '../../core/scoring/agreement.ts';

const random = new Random('values');
const count = 40;
const noisy = (of: readonly number[], noise: number) => of.map((value) => value + noise * random.normal());
const truth = Array.from({ length: count }, () => random.normal());
const good = noisy(truth, 0.4);
const poor = noisy(truth, 4);
const options = { topK: [5], baselines: ['poor'], random: new Random(1), resamples: 200 };
const compare = (columns: readonly (readonly (number | null)[])[], rankings = [{ id: 'poor', ranks: poor }, { id: 'good', ranks: good }]) =>
  agreements(rankings, columns.map((accuracies, i) => ({ name: `${i}`, accuracies })), { ...options, topK: columns.map(() => 5), random: new Random(1) });

describe('agreement with accuracy', () => {
  it('is the four figures, each within its interval', () => {
    const [, { columns: [found] }] = compare([truth]);
    expect(found.tau.value).toBe(kendallTau(good, truth));
    expect(found.rho.value).toBe(spearmanRho(good, truth));
    expect(found.recall.value).toBe(topRecall(good, truth, 5));
    expect(found.regret.value).toBe(topRegret(good, truth, 5));
    // The same draws, one statistic at a time.
    const tauOf = (indices: readonly number[]) => kendallTau(indices.map((i) => good[i]), indices.map((i) => truth[i]));
    expect(found.tau.interval).toEqual(bootstrapInterval(count, tauOf, { random: new Random(1), resamples: 200 }));
  });

  it('says how much better than a baseline, on the same draws', () => {
    const [baseline, better] = compare([truth]);
    const { value, interval } = better.columns[0].gains.poor;
    expect(value).toBeCloseTo(kendallTau(good, truth) - kendallTau(poor, truth), 12);
    expect(interval!.low).toBeGreaterThan(0);
    expect(baseline.columns[0].gains).toEqual({});
    // A ranking by the same order gains nothing in any draw.
    const [, same] = compare([truth], [{ id: 'poor', ranks: poor }, { id: 'same', ranks: poor.map((value) => 3 * value) }]);
    expect(same.columns[0].gains.poor).toEqual({ value: 0, interval: { low: 0, high: 0 } });
  });

  it('leaves out what was not measured, column by column', () => {
    const some = truth.map((value, i) => i % 4 === 0 ? null : value);
    const left = [...truth.keys()].filter((i) => i % 4 !== 0);
    const [, { columns, mean }] = compare([truth, some]);
    expect(columns[1].tau.value).toBe(kendallTau(left.map((i) => good[i]), left.map((i) => truth[i])));
    expect(mean.tau.value).toBeCloseTo((columns[0].tau.value! + columns[1].tau.value!) / 2, 12);
  });

  it('is not defined for a ranking without an order', () => {
    const [{ columns: [{ tau, recall }] }] = compare([truth], [{ id: 'flat', ranks: truth.map(() => 1) }]);
    expect(tau).toEqual({ value: null, interval: null });
    expect(recall.value).toBeCloseTo(5 / count, 12);
  });
});
