import { describe, expect, it } from 'vitest';
import { networkParams } from '../../../core/network/blockGraph.ts';
import { networkMacs } from '../../../core/network/counts.ts';
import { composeArchitecture } from '../../../core/spaces/pit/architecture.ts';
import { smallChoices } from '../../../core/spaces/pit/choices.ts';
import { lowerPit } from '../../../core/spaces/pit/lowering.ts';
import { pitExtraSmall, pitSmall, pitTiny } from '../../../core/spaces/pit/space.ts';

const spaces = [pitTiny, pitExtraSmall, pitSmall];

/** tftas.md 4.3: parameters of the released models to the last digit, MACs of an independent count in G. */
const reference = [
  { space: pitTiny, name: 'pit-ti', params: 4_847_272, macs: '0.6991' },
  { space: pitExtraSmall, name: 'pit-xs', params: 10_618_888, macs: '1.3947' },
  { space: pitSmall, name: 'pit-s', params: 23_461_912, macs: '2.8708' },
  { space: pitTiny, name: 'tf-tas-pit-ti', params: 4_732_120, macs: '0.6722' },
  { space: pitExtraSmall, name: 'tf-tas-pit-xs', params: 10_643_464, macs: '1.8264' },
  { space: pitSmall, name: 'tf-tas-pit-s', params: 24_966_496, macs: '3.4063' },
];

describe('the published PiT networks', () => {
  it.each(reference)('$name has $params parameters and $macs G MACs', ({ space, name, params, macs }) => {
    const network = space.lower(space.networks[name]);
    expect(networkParams(network)).toBe(params);
    expect((networkMacs(network) / 1e9).toFixed(4)).toBe(macs);
  });

  it('hold for other patches too: PiT-B has 73,764,840 parameters and 12.4019 G MACs', () => {
    const base = composeArchitecture(64, 4, [3, 6, 4], [4, 8, 16]);
    const network = lowerPit({ ...smallChoices, patch: { size: 14, stride: 7 } }, base);
    expect(networkParams(network)).toBe(73_764_840);
    expect((networkMacs(network) / 1e9).toFixed(4)).toBe('12.4019');
  });

  it("pass their space's own parser", () => {
    for (const space of spaces) {
      for (const [name, arch] of Object.entries(space.networks)) expect(space.parse(arch), name).toEqual(arch);
    }
  });
});

/** tftas.md 4.1. */
describe('the PiT spaces', () => {
  it.each([
    { space: pitTiny, least: 143_592, most: 35_921_640 },
    { space: pitExtraSmall, least: 580_200, most: 91_093_992 },
    { space: pitSmall, least: 958_312, most: 257_732_200 },
  ])('$space.id reaches from $least to $most parameters', ({ space, least, most }) => {
    expect(networkParams(space.lower(space.networks.min))).toBe(least);
    expect(networkParams(space.lower(space.networks.max))).toBe(most);
  });

  it('have 4,320 legal architectures of 11,664', () => {
    for (const { size, choices: { baseDim, mlpRatio, depths, numHeads } } of spaces) {
      expect(size).toBe(4320n);
      const raw = [baseDim, mlpRatio, ...depths, numHeads, numHeads, numHeads].reduce((product, { length }) => product * length, 1);
      expect(raw).toBe(11_664);
    }
  });
});
