import { describe, expect, it } from 'vitest';
import { networkMacs } from '../../../core/network/counts.ts';
import { elasticVit, elasticVitMini } from '../../../core/spaces/elasticvit/space.ts';

const exactMacs = (name: string) => networkMacs(elasticVit.lower(elasticVit.networks[name])) / 1e6;
const paperMacs = (name: string) =>
  elasticVit.publishedCounters['elasticvit-paper'](elasticVit.lower(elasticVit.networks[name])) / 1e6;

/**
 * Reference: sums over the released PyTorch models, run with hooks (exact) and through their own counter (paper), in
 * millions, with the digits printed in the fact sheet (elasticvit.md 2 and 4).
 */
const reference = [
  { name: 'T1', exact: '64.9', paper: '62.9' },
  { name: 'T2', exact: '120.5', paper: '120.0' },
  { name: 'S1', exact: '221.5', paper: '217.6' },
  { name: 'S2', exact: '320.3', paper: '318.5' },
  { name: 'M', exact: '417.4', paper: '415.6' },
  { name: 'L1', exact: '522.9', paper: '517.1' },
  { name: 'L1.5', exact: '626.0', paper: '618.8' },
  { name: 'L2', exact: '713.1', paper: '704.1' },
  { name: 'L3', exact: '824.6', paper: '815.4' },
];

describe('the released ElasticViT networks', () => {
  it.each(reference)('$name has $exact M MACs, and $paper M in the way of the paper', ({ name, exact, paper }) => {
    expect(exactMacs(name).toFixed(1)).toBe(exact);
    expect(paperMacs(name).toFixed(1)).toBe(paper);
  });

  it.each([['T1', '64.899'], ['S1', '221.549'], ['S2', '320.252'], ['L3', '824.590']])(
    '%s agrees with an independent count to three decimals (%s M)',
    (name, macs) => expect(exactMacs(name).toFixed(3)).toBe(macs),
  );

  it.each([['min', '37.37'], ['max', '3191.46'], ['hss-160m', '159.92'], ['hss-289m', '288.81']])(
    'bounds of the space: %s has %s M MACs in the way of the paper',
    (name, macs) => expect(paperMacs(name).toFixed(2)).toBe(macs),
  );

  it('pass the space\'s own parser', () => {
    for (const space of [elasticVit, elasticVitMini]) {
      for (const [name, arch] of Object.entries(space.networks)) expect(space.parse(arch), name).toEqual(arch);
    }
  });
});

describe('elasticvit-mini', () => {
  it('spans roughly 1 to 60 M MACs', () => {
    const macs = (name: string) => networkMacs(elasticVitMini.lower(elasticVitMini.networks[name])) / 1e6;
    expect(macs('min')).toBeGreaterThan(1);
    expect(macs('min')).toBeLessThan(2);
    expect(macs('max')).toBeGreaterThan(50);
    expect(macs('max')).toBeLessThan(70);
    expect(macs('small')).toBeLessThan(macs('medium'));
  });
});
