import { describe, expect, it } from 'vitest';
import { Random } from '../../../core/base/random.ts';
import { networkParams } from '../../../core/network/blockGraph.ts';
import { networkMacs } from '../../../core/network/counts.ts';
import type { Network } from '../../../core/network/network.ts';
import type { AutoFormerArchitecture } from '../../../core/spaces/autoformer/architecture.ts';
import { autoFormerBase, autoFormerSmall, autoFormerTiny } from '../../../core/spaces/autoformer/space.ts';
import type { AutoFormerSpace } from '../../../core/spaces/autoformer/space.ts';

/**
 * Parameters and MACs of tftas.md 3.5, which were computed with the released code; in billions: `get_complexity`, TF-TAS's
 * counter, true MACs without relative positions and with a vector for every pair.
 */
const networks: readonly [space: AutoFormerSpace, name: string, params: number, ...giga: string[]][] = [
  [autoFormerTiny, 'autoformer-t', 5_867_944, '1.3440', '1.2989', '1.2832', '1.4819'],
  [autoFormerSmall, 'autoformer-s', 22_891_432, '4.8921', '4.7798', '4.7739', '5.1614'],
  [autoFormerBase, 'autoformer-b', 53_691_688, '11.2369', '11.0283', '11.0454', '11.6912'],
  [autoFormerTiny, 'tf-tas-ti', 6_200_776, '1.4248', '1.3787', '1.3635', '1.5771'],
  [autoFormerSmall, 'tf-tas-s', 23_935_336, '5.1279', '5.0128', '5.0071', '5.4244'],
  [autoFormerBase, 'tf-tas-b', 56_470_792, '11.8460', '11.6303', '11.6497', '12.3551'],
];

const deits: readonly [space: AutoFormerSpace, name: string, params: number, giga: string][] = [
  [autoFormerTiny, 'deit-ti', 5_717_416, '1.2537'],
  [autoFormerSmall, 'deit-s', 22_050_664, '4.5989'],
  [autoFormerBase, 'deit-b', 86_567_656, '17.5638'],
];

const giga = (macs: number) => (macs / 1e9).toFixed(4);

describe('published networks', () => {
  it.each(networks)('of %o: %s has the published parameters and MACs, in every way of counting', (space, name, params, ...expected) => {
    const network = space.lower(space.networks[name]);
    expect(networkParams(network)).toBe(params);
    const { 'autoformer-complexity': complexity, 'tf-tas-flops': flops, 'dense-relative-position': dense } = space.publishedCounters;
    expect([complexity(network), flops(network), networkMacs(network), dense(network)].map(giga)).toEqual(expected);
  });

  it.each(deits)('of %o: %s has DeiT\'s parameters and MACs, with no relative positions to count', (space, name, params, expected) => {
    const network = space.lower(space.networks[name]);
    expect(networkParams(network)).toBe(params);
    expect(giga(networkMacs(network))).toBe(expected);
    expect(space.publishedCounters['dense-relative-position'](network)).toBe(networkMacs(network));
  });
});

describe('the spaces', () => {
  /** tftas.md 3.1. */
  const ends: readonly [AutoFormerSpace, min: number, max: number, size: bigint][] = [
    [autoFormerTiny, 5_366_056, 10_517_272, 1_056_964_608n],
    [autoFormerSmall, 13_057_320, 34_790_440, 77_103_263_459_313n],
    [autoFormerBase, 39_792_856, 76_882_264, 3n * (9n ** 14n + 9n ** 15n + 9n ** 16n)],
  ];

  it.each(ends)('%o reach from the smallest to the largest published number of parameters', (space, min, max, size) => {
    expect([space.smallest, space.largest].map((arch) => networkParams(space.lower(arch)))).toEqual([min, max]);
    expect(space.size).toBe(size);
  });

  it('Base has 41,687,896 parameters at least where layers have 9 heads, as in the released supernet', () => {
    const smallest = { ...autoFormerBase.smallest, numHeads: autoFormerBase.smallest.numHeads.map(() => 9) };
    expect(networkParams(autoFormerBase.lower(smallest))).toBe(41_687_896);
  });
});

describe('the closed formulas of tftas.md 3.4', () => {
  /** With N = 196 patches, 1000 classes and patches of 16x16. */
  function closedFormulas({ embedDim: D, mlpRatios, numHeads }: AutoFormerArchitecture) {
    const [N, K, s] = [196, 1000, 198];
    const layers = numHeads.map((heads, i) => ({ Q: 64 * heads, F: Math.floor(D * mlpRatios[i]) }));
    const sum = (of: (layer: { Q: number; F: number }) => number) => layers.reduce((total, layer) => total + of(layer), 0);
    return {
      params: 768 * D + D + D * (N + 2) + sum(({ Q, F }) => 3 * Q * (D + 1) + D * (Q + 1) + F * (D + 1) + D * (F + 1) + 4 * D + 4 * 30 * 64) + 2 * D + K * (D + 1),
      complexity: D + 196 * 768 * D + D * 197 / 2 + sum(({ Q, F }) => 2 * s * D + 4 * s * D * Q + 2 * s * s * Q + 28 * s * s + s * s / 2 + s * Q / 2 + 2 * s * D * F) + 197 * D * K,
      macs: 196 * 768 * D + sum(({ Q, F }) => 197 * (4 * D * Q + 2 * D * F) + 2 * 197 * 197 * Q) + D * K,
    };
  }

  it('give the counts of random architectures to the last digit', () => {
    const random = new Random('formulas');
    for (const space of [autoFormerTiny, autoFormerSmall, autoFormerBase]) {
      for (let i = 0; i < 20; i++) {
        const arch = space.sample(random);
        const network: Network = space.lower(arch);
        const found = { params: networkParams(network), complexity: space.publishedCounters['autoformer-complexity'](network), macs: networkMacs(network) };
        expect(found).toEqual(closedFormulas(arch));
      }
    }
  });
});
