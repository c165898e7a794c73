import { describe, expect, it } from 'vitest';
import { Random } from '../../core/base/random.ts';
import { networkMacs } from '../../core/network/counts.ts';
import { elasticVit, elasticVitMini } from '../../core/spaces/elasticvit/space.ts';
import { MacsSampler } from '../../core/spaces/macsSampler.ts';
import { toySpace } from '../search/toySpace.ts';

const macsOf = (arch: Parameters<typeof elasticVit.lower>[0]) => networkMacs(elasticVit.lower(arch));

describe('counting architectures by their MACs', () => {
  it.each([elasticVit, elasticVitMini])('finds as many as the space has ($id)', (space) => {
    // The size is counted another way, as products of choices and non-decreasing widths.
    expect(new MacsSampler(space).count(0, Infinity) / Number(space.size)).toBeCloseTo(1, 12);
  });

  it('finds about the share of small networks that the released sampler meets', () => {
    // elasticvit.md 1.1: of uniform samples 6.9 % have at most 200 M and 51 % at most 500 M MACs. The released sampler draws
    // widths one after the other, which favours wide late stages, so the figures agree roughly only.
    const sampler = new MacsSampler(elasticVit);
    const share = (macs: number) => sampler.count(0, macs) / Number(elasticVit.size);
    expect(share(200e6)).toBeGreaterThan(0.05);
    expect(share(200e6)).toBeLessThan(0.1);
    expect(share(500e6)).toBeGreaterThan(0.47);
    expect(share(500e6)).toBeLessThan(0.6);
    expect(sampler.quantile(0.5)).toBeCloseTo(464e6, -7);
  });
});

describe('drawing architectures with MACs inside a window', () => {
  it('keeps to the window and to the space, also where uniform sampling hardly ever gets', () => {
    const sampler = new MacsSampler(elasticVit, { maxMacs: 120e6, windowMacs: 20e6 });
    const random = new Random(1);
    for (let i = 0; i < 300; i++) {
      const arch = sampler.draw(100e6, 120e6, random)!;
      expect(elasticVit.parse(arch)).toEqual(arch);
      expect(macsOf(arch)).toBeGreaterThanOrEqual(100e6);
      expect(macsOf(arch)).toBeLessThanOrEqual(120e6);
    }
  });

  it('takes nothing below a bound in any choice', () => {
    const bound = elasticVit.networks['hss-289m'];
    const sampler = new MacsSampler(elasticVit, { atLeast: bound, maxMacs: 520e6, windowMacs: 20e6 });
    const random = new Random(2);
    for (let i = 0; i < 300; i++) {
      const values = elasticVit.coordinates(sampler.draw(500e6, 520e6, random)!);
      elasticVit.coordinates(bound).forEach((least, d) => expect(values[d]).toBeGreaterThanOrEqual(least));
    }
  });

  it('draws every architecture of a window equally often', () => {
    // Few enough to list: 5^8 toy architectures, by their number of MACs.
    const all = Array.from({ length: 5 ** 8 }, (_, n) => Array.from({ length: 8 }, (_, i) => Math.floor(n / 5 ** i) % 5));
    const macs = (arch: readonly number[]) => networkMacs(toySpace.lower(arch, { classes: 10 }));
    const [low, high] = [macs([1, 0, 0, 0, 0, 0, 0, 0]), macs([2, 0, 0, 0, 0, 0, 0, 0])];
    const inside = all.filter((arch) => macs(arch) >= low && macs(arch) <= high);
    // 8 with a sum of one, 8 + 28 with a sum of two.
    expect(inside).toHaveLength(44);
    const sampler = new MacsSampler(toySpace, { classes: 10 });
    const random = new Random(3);
    const draws = 44_000;
    const counts = new Map<string, number>();
    for (let i = 0; i < draws; i++) {
      const key = toySpace.key(sampler.draw(low, high, random)!);
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    expect(counts.size).toBe(44);
    const chiSquare = [...counts.values()].reduce((sum, count) => sum + (count - draws / 44) ** 2 / (draws / 44), 0);
    // 43 degrees of freedom: 77.4 is the 99.9 % quantile of the chi-square distribution.
    expect(chiSquare).toBeLessThan(77.4);
  });

  it('tells that a window is empty', () => {
    const sampler = new MacsSampler(elasticVitMini);
    expect(sampler.draw(1, 1000, new Random(1))).toBeUndefined();
  });
});
