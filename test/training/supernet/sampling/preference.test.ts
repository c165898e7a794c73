import { describe, expect, it } from 'vitest';
import { Random } from '../../../../core/base/random.ts';
import { networkMacs } from '../../../../core/network/counts.ts';
import type { ElasticVitArchitecture } from '../../../../core/spaces/elasticvit/architecture.ts';
import { elasticVit, elasticVitMini } from '../../../../core/spaces/elasticvit/space.ts';
import { exploitProbability } from '../../../../core/training/supernet/sampling/exploitation.ts';
import { chosenCandidate, depthPreference, preferred } from '../../../../core/training/supernet/sampling/preference.ts';
import { performanceSettingsSchema } from '../../../../core/training/supernet/sampling/settings.ts';
import { SubnetSampler } from '../../../../core/training/supernet/sampling/subnetSampler.ts';
import { trainingSettingsSchema } from '../../../../core/training/settings.ts';

const { networks } = elasticVit;
const anchor = networks.min;
const withStages = (change: object) => ({ ...networks.S1, t3: { ...networks.S1.t3, ...change } });

describe('the preference rule', () => {
  it('compares MACs with the anchor\'s widths to MACs with its depths, transformer stages only', () => {
    const { S1 } = networks;
    const stages = ['t1', 't2', 't3', 't4'] as const;
    const replaced = (gene: 'width' | 'depth') => ({ ...S1, ...Object.fromEntries(stages.map((t) => [t, { ...S1[t], [gene]: anchor[t][gene] }])) });
    const expected = networkMacs(elasticVit.lower(replaced('width'))) - networkMacs(elasticVit.lower(replaced('depth')));
    expect(depthPreference(elasticVit, S1, anchor)).toBe(expected);
  });

  it('prefers width over depth', () => {
    const [wide, deep] = [withStages({ width: 288, depth: 2 }), withStages({ width: 192, depth: 6 })];
    expect(preferred(elasticVit, [deep, wide], anchor)).toBe(wide);
    expect(preferred(elasticVit, [wide, deep], anchor)).toBe(wide);
  });

  it('takes the first of equals', () => {
    const twins = [withStages({ mlpRatio: 3 }), withStages({ mlpRatio: 3 })];
    expect(preferred(elasticVit, twins, anchor)).toBe(twins[0]);
  });
});

describe('a rating beside or instead of the rule', () => {
  const [wide, middle, deep] = [withStages({ width: 288, depth: 2 }), withStages({ width: 240, depth: 4 }), withStages({ width: 192, depth: 6 })];
  const candidates = [deep, middle, wide];
  const chosen = (preference: 'width-over-depth' | 'score' | 'both', ratings: readonly number[]) =>
    chosenCandidate(elasticVit, candidates, anchor, preference, () => ratings);

  it('keeps the published rule unless it is asked for', () => {
    expect(chosen('width-over-depth', [9, 1, 1])).toBe(wide);
  });

  it('takes the highest rating, the first of equals, and what has none last', () => {
    expect(chosen('score', [1, 3, 2])).toBe(middle);
    expect(chosen('score', [NaN, 2, 2])).toBe(middle);
    expect(chosen('score', [NaN, NaN, NaN])).toBe(deep);
  });

  it('weighs the ranks of both alike', () => {
    // The rule ranks wide, middle, deep: sums of ranks 3 + 1, 2 + 3, 1 + 2.
    expect(chosen('both', [9, 1, 5])).toBe(wide);
    // 3 + 3, 2 + 1, 1 + 2: the first of equals.
    expect(chosen('both', [1, 9, 5])).toBe(middle);
  });

  it('cannot do without a rating that is asked for', () => {
    expect(() => chosenCandidate(elasticVit, candidates, anchor, 'both', undefined)).toThrow(/needs a rating/);
  });

  it('decides which subnets are explored once the bank is half full', () => {
    const settings = trainingSettingsSchema.parse({ buckets: 1, performance: { preference: 'score', score: 'any', bankCapacity: 1, largeBankCapacity: 1, exploitStart: 0, exploitRise: 0 } });
    const macsOf = (arch: ElasticVitArchitecture) => networkMacs(elasticVitMini.lower(arch));
    const mean = (sign: number) => {
      const sampler = new SubnetSampler(elasticVitMini, settings, new Random(1), (archs) => archs.map((arch) => sign * macsOf(arch)));
      sampler.report(sampler.sample(0), [1, 1, 1]);
      const drawn = Array.from({ length: 20 }, () => sampler.sample(0).subnets).flat();
      return drawn.reduce((sum, { arch }) => sum + macsOf(arch), 0) / drawn.length;
    };
    expect(mean(1)).toBeGreaterThan(mean(-1));
  });
});

describe('the probability of training a remembered subnet', () => {
  const settings = performanceSettingsSchema.parse({});

  it('rises from .20 to .95 in six stages, as published', () => {
    // elasticvit.md section 5: 0.2 at the start, 0.15 more every 100 of 600 epochs.
    expect([0, 99, 100, 250, 300, 400, 500, 599].map((epoch) => Number(exploitProbability(epoch, 600, settings).toFixed(2))))
      .toEqual([0.2, 0.2, 0.35, 0.5, 0.65, 0.8, 0.95, 0.95]);
  });

  it('never exceeds one', () => {
    expect(exploitProbability(99, 100, { ...settings, exploitRise: 0.5 })).toBe(1);
  });
});
