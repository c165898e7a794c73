import { describe, expect, it } from 'vitest';
import { networkParams } from '../../../core/network/blockGraph.ts';
import { networkMacs } from '../../../core/network/counts.ts';
import type { Network } from '../../../core/network/network.ts';
import { readArchitecture } from '../../../core/spaces/architectureInput.ts';
import { asVit } from '../../../core/spaces/asvit/space.ts';

const topology = (stages: string, heads: number, width: number, depths: readonly number[]) => {
  const parts = stages.split('|').map((part, i) => `${part},${depths[i]}`);
  return `${parts.join('|')}|${heads},${width}`;
};
const seed = '8,2,3|4,1,2|4,1,4|4,1,6';

/**
 * Reference: the released PyTorch model with its parameters counted, and its operations as its own counter (thop) and
 * without that counter's pooling (asvit.md 2.2).
 */
const reference = [
  { arch: 'seed', params: 2_319_624, macs: 491_569_664, thop: 491_595_264 },
  { arch: 'small', params: 28_775_328, macs: 5_132_410_624, thop: 5_132_481_024 },
  { arch: 'base', params: 52_258_652, macs: 8_754_057_856, thop: 8_754_150_656 },
  { arch: 'large', params: 87_580_820, macs: 22_358_378_240, thop: 22_358_480_640 },
  { arch: '5,2,5|4,2,5|2,2,3|3,1,2|32', params: 1_455_592, macs: 382_938_624, thop: 382_964_224 },
  { arch: 'min', params: 1_200_360, macs: 145_706_496, thop: 145_732_096 },
  { arch: 'max', params: 2_424_680, macs: 549_372_416, thop: 549_398_016 },
  // Widths that heads do not divide.
  { arch: topology(seed, 32, 9, [1, 2, 1, 1]), params: 239_890, macs: 106_215_104, thop: 106_222_304 },
  { arch: topology(seed, 32, 45, [5, 2, 5, 2]), params: 8_180_650, macs: 2_544_742_080, thop: 2_544_778_080 },
  { arch: topology('7,4,3|3,2,2|3,2,5|3,1,4', 64, 67, [2, 1, 3, 1]), params: 9_165_044, macs: 1_572_572_384, thop: 1_572_625_984 },
];

const lowered = (arch: string, resolution?: number) => asVit.lower(readArchitecture(asVit, arch), { resolution });
const billions = (count: number, digits: number) => (count / 1e9).toFixed(digits);

describe('the counts of As-ViT networks', () => {
  it.each(reference)('are those of the released model, to the last digit: $arch', ({ arch, params, macs, thop }) => {
    const network = lowered(arch);
    expect({ params: networkParams(network), macs: networkMacs(network), thop: asVit.publishedCounters['asvit-thop'](network) }).toEqual({ params, macs, thop });
  });

  it('are the released ones at other resolutions, in G', () => {
    // asvit.md 2.2, last line, to the digits given there.
    const expected = { 128: [1.318, 2.379, 6.071], 192: [3.453, 6.006, 15.336], 256: [7.355, 12.306, 31.44], 384: [24.37, 38.16, 97.59] };
    for (const [resolution, row] of Object.entries(expected)) {
      ['small', 'base', 'large'].forEach((name, i) => expect(networkMacs(lowered(name, Number(resolution))) / 1e9 / row[i], `${name} ${resolution}`).toBeCloseTo(1, 3));
    }
  });

  it('divide among the parts as in the released model', () => {
    // asvit.md 2.2, breakdowns: parameters in M and G MACs of stem, attention, MLPs, re-embeddings and head; here norms belong to their blocks.
    const shares = (network: Network, count: (block: Network['blocks'][number]) => number) => Object.fromEntries(
      ['overlappingPatchEmbed', 'encoderAttention', 'encoderMlp', 'patchMerging', 'tokenHead'].map((type) =>
        [type, billions(network.blocks.filter((block) => block.type === type).reduce((sum, block) => sum + count(block), 0), 3)]));
    const macsOf = (block: Network['blocks'][number]) => networkMacs({ ...lowered('small'), blocks: [block] });
    expect(shares(lowered('small'), macsOf)).toEqual({
      overlappingPatchEmbed: '0.053', encoderAttention: (0.971 + 1.630).toFixed(3), encoderMlp: '1.894', patchMerging: '0.583', tokenHead: '0.001',
    });
    expect(shares(lowered('large'), macsOf)).toEqual({
      overlappingPatchEmbed: '0.109', encoderAttention: (5.288 + 5.597).toFixed(3), encoderMlp: '9.158', patchMerging: '2.204', tokenHead: '0.002',
    });
  });

  it.each([
    // Chen et al. 2022, Tables 5 and 7; the counts that round to them are those of asvit.md 2.3.
    ['seed', '2.4', '0.5', 2_412_808], ['small', '29.0', '5.3', 29_031_584], ['base', '52.6', '8.9', 52_596_444], ['large', '88.1', '22.6', 88_104_980],
  ])('round to the paper\'s in the published variant of %s: %s M parameters, %s B FLOPs', (name, millions, flops, params) => {
    const network = lowered(`${name}-published`);
    expect(networkParams(network)).toBe(params);
    expect((networkParams(network) / 1e6).toFixed(1)).toBe(millions);
    expect(billions(asVit.publishedCounters['asvit-paper'](network), 1)).toBe(flops);
  });
});

describe('named As-ViT networks', () => {
  it('pass the space\'s own parser', () => {
    for (const [name, arch] of Object.entries(asVit.networks)) expect(asVit.parse(JSON.parse(JSON.stringify(arch))), name).toEqual(arch);
  });

  it('have the widths of the published table, the last of Large capped', () => {
    // asvit.md 1, "Variants".
    const widths = (name: string) => [0, 1, 2, 3].map((stage) => lowered(name).blocks.find((block) => block.name === `stages.${stage}.layers.0.mlp`)!.input.channels);
    expect(widths('small')).toEqual([88, 176, 352, 704]);
    expect(widths('large')).toEqual([180, 360, 720, 1024]);
  });
});
