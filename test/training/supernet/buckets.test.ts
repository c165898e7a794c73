import { describe, expect, it } from 'vitest';
import { Random } from '../../../core/base/random.ts';
import { networkMacs } from '../../../core/network/counts.ts';
import { getSpace } from '../../../core/spaces/index.ts';
import { sampleBuckets, walk } from '../../../core/training/supernet/buckets.ts';

describe('buckets of MACs', () => {
  const space = getSpace('elasticvit-mini');
  const buckets = sampleBuckets(space, 6, new Random(1));

  it('hold different architectures within their bounds, small ones too', () => {
    expect(buckets).toHaveLength(6);
    for (const { architectures, fromMacs, toMacs } of buckets) {
      expect(architectures.length).toBeGreaterThan(50);
      expect(new Set(architectures.map((arch) => space.key(arch))).size).toBe(architectures.length);
      for (const arch of architectures) {
        const macs = networkMacs(space.lower(arch));
        expect(macs).toBeGreaterThanOrEqual(fromMacs * (1 - 1e-9));
        expect(macs).toBeLessThanOrEqual(toMacs * (1 + 1e-9));
      }
    }
  });

  it('follow each other from the smallest architecture upwards', () => {
    expect(buckets[0].fromMacs).toBeCloseTo(networkMacs(space.lower(space.smallest)), 0);
    for (let i = 1; i < buckets.length; i++) expect(buckets[i].fromMacs).toBeCloseTo(buckets[i - 1].toMacs, 3);
  });

  it('are the same for the same seed', () => {
    const keys = (seed: number) => sampleBuckets(space, 3, new Random(seed)).map(({ architectures }) => architectures.map((arch) => space.key(arch)));
    expect(keys(7)).toEqual(keys(7));
    expect(keys(7)).not.toEqual(keys(8));
  });
});

describe('the walk over buckets', () => {
  it('moves by at most one and visits every bucket about equally often', () => {
    const random = new Random(3);
    const visits = [0, 0, 0, 0];
    let bucket = 0;
    for (let i = 0; i < 20_000; i++) {
      const next = walk(bucket, 4, random);
      expect(Math.abs(next - bucket)).toBeLessThanOrEqual(1);
      visits[bucket = next]++;
    }
    // A symmetric walk with reflecting ends is uniform in the long run (elasticvit.md section 4).
    for (const count of visits) expect(count / 20_000).toBeCloseTo(0.25, 1);
  });
});
