import { describe, expect, it } from 'vitest';
import { InputError } from '../../../../core/base/errors.ts';
import { Random } from '../../../../core/base/random.ts';
import { networkMacs } from '../../../../core/network/counts.ts';
import { autoFormerMini } from '../../../../core/spaces/autoformer/space.ts';
import { elasticVit, elasticVitMini } from '../../../../core/spaces/elasticvit/space.ts';
import { getSpace } from '../../../../core/spaces/index.ts';
import { makeBuckets } from '../../../../core/training/supernet/sampling/buckets.ts';
import { bucketLevels } from '../../../../core/training/supernet/sampling/levels.ts';
import { samplingSettingsSchema } from '../../../../core/training/supernet/sampling/settings.ts';

/** elasticvit.md section 4. */
const publishedLevels = [100e6, 200e6, 300e6, 400e6, 500e6, 700e6, 900e6, 1200e6];
const sampling = (change: object = {}) => samplingSettingsSchema.parse(change);

describe('the levels of buckets', () => {
  it('begin and end for the full space about where the published ones do', () => {
    const levels = bucketLevels(elasticVit, 8);
    expect(levels[0] / 1e6).toBeCloseTo(100, -1);
    expect(levels[7] / 1200e6).toBeGreaterThan(0.9);
    expect(levels[7] / 1200e6).toBeLessThan(1.1);
  });

  it('ascend for any number of them', () => {
    for (const count of [1, 2, 5, 12]) {
      const levels = bucketLevels(elasticVitMini, count);
      expect(levels).toHaveLength(count);
      expect(levels).toEqual([...new Set(levels)].sort((a, b) => a - b));
    }
  });

  it('are refused when they do not ascend or lie outside the space', () => {
    expect(() => bucketLevels(elasticVit, [200e6, 100e6])).toThrow(InputError);
    expect(() => bucketLevels(elasticVit, [1e6])).toThrow(/levels ascend/);
    expect(() => bucketLevels(elasticVit, [4e9])).toThrow(InputError);
  });
});

describe('the hierarchical smallest subnets', () => {
  it('serve the published levels as the release says', () => {
    const { buckets, smallestSubnets } = makeBuckets(elasticVit, {
      buckets: publishedLevels, sampling: sampling({ smallestSubnets: ['min', 'hss-160m', 'hss-289m'] }),
    });
    expect(smallestSubnets).toEqual([elasticVit.networks.min, elasticVit.networks['hss-160m'], elasticVit.networks['hss-289m']]);
    // 100 and 200 M: 37 M; 300 and 400 M: 160 M; from 500 M on 289 M.
    expect(buckets.map(({ smallest }) => smallest)).toEqual([0, 0, 1, 1, 2, 2, 2, 2]);
    // The release's window.
    expect(buckets.map(({ fromMacs, toMacs, isWidened }) => [toMacs - fromMacs, isWidened])).toEqual(publishedLevels.map(() => [20e6, false]));
  });

  it('are generated near the size of the published ones', () => {
    const { smallestSubnets } = makeBuckets(elasticVit, { buckets: publishedLevels, sampling: sampling() });
    const macs = smallestSubnets.map((arch) => networkMacs(elasticVit.lower(arch)) / 1e6);
    expect(macs).toHaveLength(3);
    // Published: 160 and 289 M.
    expect(macs[0]).toBeCloseTo(38.3, 1);
    expect(Math.abs(macs[1] / 160 - 1)).toBeLessThan(0.35);
    expect(Math.abs(macs[2] / 289 - 1)).toBeLessThan(0.35);
  });

  it.each([1, 2, 4, 6])('grow in every choice, %i of them', (count) => {
    const { smallestSubnets, buckets } = makeBuckets(elasticVitMini, { buckets: 6, sampling: sampling({ smallestSubnets: count }) });
    expect(smallestSubnets[0]).toEqual(elasticVitMini.smallest);
    expect(smallestSubnets.length).toBeGreaterThan(count / 2);
    for (const [i, arch] of smallestSubnets.entries()) {
      expect(elasticVitMini.parse(arch)).toEqual(arch);
      if (i === 0) continue;
      const before = elasticVitMini.coordinates(smallestSubnets[i - 1]);
      elasticVitMini.coordinates(arch).forEach((value, d) => expect(value).toBeGreaterThanOrEqual(before[d]));
    }
    expect(buckets.map(({ smallest }) => smallest)).toEqual([...buckets.map(({ smallest }) => smallest)].sort((a, b) => a - b));
    expect(new Set(buckets.map(({ smallest }) => smallest)).size).toBe(smallestSubnets.length);
  });

  it('grow in width and depth where layers have choices of their own, which missing layers do not have', () => {
    const { smallestSubnets } = makeBuckets(autoFormerMini, { buckets: 6, sampling: sampling({ smallestSubnets: 4 }) });
    expect(smallestSubnets.length).toBeGreaterThan(1);
    const macs = smallestSubnets.map((arch) => networkMacs(autoFormerMini.lower(autoFormerMini.parse(arch))));
    expect(macs).toEqual([...macs].sort((a, b) => a - b));
  });

  it('are refused by a name that is unknown, and in an order in which they shrink', () => {
    expect(() => makeBuckets(elasticVit, { buckets: 2, sampling: sampling({ smallestSubnets: ['tiny'] }) })).toThrow(/known are T1/);
    expect(() => makeBuckets(elasticVit, { buckets: 2, sampling: sampling({ smallestSubnets: ['hss-160m', 'min'] }) })).toThrow(/must ascend/);
  });
});

describe('the draws of a bucket', () => {
  it('lie in its window and respect its smallest subnet', () => {
    const { buckets, smallestSubnets } = makeBuckets(elasticVitMini, { buckets: 8, sampling: sampling() });
    const random = new Random(1);
    for (const bucket of buckets) {
      const least = elasticVitMini.coordinates(smallestSubnets[bucket.smallest]);
      for (let i = 0; i < 100; i++) {
        const arch = bucket.draw(random);
        const macs = networkMacs(elasticVitMini.lower(arch));
        expect(macs).toBeGreaterThanOrEqual(bucket.fromMacs);
        expect(macs).toBeLessThanOrEqual(bucket.toMacs);
        elasticVitMini.coordinates(arch).forEach((value, d) => expect(value).toBeGreaterThanOrEqual(least[d]));
      }
    }
  });

  it('are the same for the same seed', () => {
    const keys = (seed: number) => {
      const random = new Random(seed);
      const { buckets } = makeBuckets(elasticVitMini, { buckets: 3, sampling: sampling() });
      return buckets.map((bucket) => elasticVitMini.key(bucket.draw(random)));
    };
    expect(keys(7)).toEqual(keys(7));
    expect(keys(7)).not.toEqual(keys(8));
  });

  it.each(['deit-mini', 'mobilenetv2'])('reach as far as they must in a space of few members, and no farther than others elsewhere: %s', (id) => {
    const space = getSpace(id);
    const { buckets, smallestSubnets } = makeBuckets(space, { buckets: 8, sampling: sampling() });
    // All members, by brute force.
    const members = space.dimensions.reduce<number[][]>((all, { values }) => all.flatMap((taken) => values.map((value) => [...taken, value])), [[]])
      .map((coordinates) => ({ coordinates, macs: networkMacs(space.lower(space.fromCoordinates(coordinates))) }));
    expect(BigInt(members.length)).toBe(space.size);
    const plain = Math.min(...buckets.map(({ fromMacs, toMacs }) => toMacs - fromMacs));
    expect(buckets.some(({ isWidened }) => isWidened)).toBe(true);
    for (const { fromMacs, toMacs, isWidened, smallest, draw } of buckets) {
      const least = space.coordinates(smallestSubnets[smallest]);
      const within = (end: number) => members.filter(({ macs, coordinates }) => macs >= fromMacs && macs <= end && coordinates.every((value, d) => value >= least[d]));
      if (isWidened) expect(within(fromMacs + plain)).toEqual([]);
      else expect(toMacs - fromMacs).toBeCloseTo(plain, 3);
      const random = new Random(3);
      const drawn = new Set(Array.from({ length: 200 }, () => space.key(draw(random))));
      expect([...drawn].sort()).toEqual(within(toMacs).map(({ coordinates }) => space.key(space.fromCoordinates(coordinates))).sort());
    }
  });

  it('are refused at once where a window is empty', () => {
    expect(() => makeBuckets(elasticVitMini, { buckets: [10_000_000.5], sampling: sampling({ windowMacs: 1e-3 }) })).toThrow(/No architecture of elasticvit-mini has/);
  });
});
