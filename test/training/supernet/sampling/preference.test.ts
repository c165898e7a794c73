import { describe, expect, it } from 'vitest';
import { networkMacs } from '../../../../core/network/counts.ts';
import { elasticVit } from '../../../../core/spaces/elasticvit/space.ts';
import { exploitProbability } from '../../../../core/training/supernet/sampling/exploitation.ts';
import { depthPreference, preferred } from '../../../../core/training/supernet/sampling/preference.ts';
import { performanceSettingsSchema } from '../../../../core/training/supernet/sampling/settings.ts';

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
