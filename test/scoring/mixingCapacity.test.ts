import { describe, expect, it } from 'vitest';
import { mixingCapacity } from '../../core/scoring/mixingCapacity.ts';
import { getSpace } from '../../core/spaces/index.ts';
import { vitNetwork } from '../../core/spaces/vit/network.ts';

const lowered = (space: string, name: string) => getSpace(space).lower(getSpace(space).networks[name]);

describe('mixing capacity', () => {
  it('counts the ways to fill features from positions, in bits', () => {
    // Two features from the 4 pixels of a patch, then twice 2 features from 4 tokens: 4^2 * 4^2 * 4^2 ways.
    const tiny = vitNetwork({ resolution: 4, patchSize: 2, width: 2, depth: 2, numHeads: 1, classToken: false });
    expect(mixingCapacity(tiny)).toBe(Math.log2(4 ** 2 * 4 ** 2 * 4 ** 2));
  });

  it('of a plain transformer is width x (depth x log2(tokens) + log2(pixels of a patch))', () => {
    expect(mixingCapacity(vitNetwork({ width: 192, depth: 12, numHeads: 3 }))).toBeCloseTo(192 * (12 * Math.log2(197) + 8), 8);
  });

  it('does not count what stays within a position: MLPs, heads, classes', () => {
    const wide = vitNetwork({ width: 192, depth: 12, numHeads: 6, mlpRatio: 2, classes: 10 });
    expect(mixingCapacity(wide)).toBe(mixingCapacity(vitNetwork({ width: 192, depth: 12, numHeads: 3 })));
  });

  it('counts windows of attention as small as they are', () => {
    // asvit.md 1: stem 8x8, stages of 56, 28, 14 and 7 tokens a side and 32 to 256 channels, the first in 2x2 windows; merging 4x4.
    const bits = 32 * Math.log2(64) + 32 * Math.log2(28 ** 2) + 64 * Math.log2(28 ** 2) + 128 * Math.log2(14 ** 2) + 256 * Math.log2(7 ** 2)
      + (64 + 128 + 256) * Math.log2(16);
    expect(mixingCapacity(lowered('asvit', 'seed'))).toBeCloseTo(bits, 8);
  });

  it('orders the released ElasticViTs as their accuracies are ordered', () => {
    // elasticvit.md section 2: 67.2, 73.8, 77.2, 78.6, 79.1, 79.4, 79.6, 79.8 and 80.0 %; S2 is better with fewer parameters than S1.
    const scores = ['T1', 'T2', 'S1', 'S2', 'M', 'L1', 'L1.5', 'L2', 'L3'].map((name) => mixingCapacity(lowered('elasticvit', name)));
    expect(scores).toEqual([...scores].sort((a, b) => a - b));
  });
});
