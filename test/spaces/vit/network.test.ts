import { describe, expect, it } from 'vitest';
import { networkParams } from '../../../core/network/blockGraph.ts';
import { networkMacs } from '../../../core/network/counts.ts';
import { vitNetwork } from '../../../core/spaces/vit/network.ts';

/** DeiT as released (tftas.md 3.5): parameters to the last digit, MACs with 197 tokens in every block and in no other way. */
const published = [
  ['DeiT-Ti', { width: 192, numHeads: 3 }, 5_717_416, 1.2537],
  ['DeiT-S', { width: 384, numHeads: 6 }, 22_050_664, 4.5989],
  ['DeiT-B', { width: 768, numHeads: 12 }, 86_567_656, 17.5638],
] as const;

describe('a plain vision transformer', () => {
  it.each(published)('counts %s as published', (_, sizes, params, gigaMacs) => {
    const network = vitNetwork({ ...sizes, depth: 12 });
    expect(networkParams(network)).toBe(params);
    expect((networkMacs(network) / 1e9).toFixed(4)).toBe(gigaMacs.toFixed(4));
  });

  it('has as many parameters and MACs without class token, positions and final norm as its layers have', () => {
    const network = vitNetwork({ width: 192, depth: 4, numHeads: 3, classes: 100, classToken: false, positions: false, finalNorm: false });
    const [n, d, f] = [196, 192, 768];
    expect(networkParams(network)).toBe(768 * d + d + 4 * (4 * d + 4 * (d * d + d) + d * f + f + f * d + d) + d * 100 + 100);
    expect(networkMacs(network)).toBe(n * 768 * d + 4 * (4 * n * d * d + 2 * n * n * d + 2 * n * d * f) + d * 100);
  });

  it('refuses sizes that do not fit', () => {
    expect(() => vitNetwork({ width: 192, depth: 1, numHeads: 3, resolution: 225 })).toThrow(/225 px; use a multiple of 16/);
    expect(() => vitNetwork({ width: 192, depth: 1, numHeads: 5 })).toThrow(/5 heads cannot share a width of 192/);
  });
});
