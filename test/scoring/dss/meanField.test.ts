import { describe, expect, it } from 'vitest';
import { Random } from '../../../core/base/random.ts';
import { kendallTau } from '../../../core/base/rankStatistics.ts';
import type { Network } from '../../../core/network/network.ts';
import { SeedContext } from '../../../core/scoring/context.ts';
import { reduceTokens } from '../../../core/scoring/dss/classes/reduce.ts';
import { fastDss } from '../../../core/scoring/dss/fastDss.ts';
import { gaussianGelu } from '../../../core/scoring/dss/meanField/gaussianGelu.ts';
import { expectedTerms } from '../../../core/scoring/dss/meanField/meanField.ts';
import type { DssTerms, WeightSigns } from '../../../core/scoring/dss/terms.ts';
import { getProxy } from '../../../core/scoring/proxies.ts';
import { asVitMini } from '../../../core/spaces/asvit/space.ts';
import { autoFormerMini, autoFormerTiny } from '../../../core/spaces/autoformer/space.ts';
import { elasticVitMini } from '../../../core/spaces/elasticvit/space.ts';
import { pitMini } from '../../../core/spaces/pit/space.ts';
import type { SearchSpace } from '../../../core/spaces/space.ts';
import { vitNetwork } from '../../../core/spaces/vit/network.ts';
import { erf } from '../../engine/exact.ts';

describe('expectations of GELU', () => {
  const gelu = (x: number) => x * (1 + erf(x / Math.SQRT2)) / 2;
  const slope = (x: number) => (1 + erf(x / Math.SQRT2)) / 2 + x * Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI);

  it('have the mean s^2 / sqrt(2 pi (1 + s^2)) and half the mean magnitude of the input', () => {
    for (const deviation of [0.1, 0.5, 2]) {
      const { mean, meanMagnitude } = gaussianGelu(deviation);
      expect(mean).toBeCloseTo(deviation ** 2 / Math.sqrt(2 * Math.PI * (1 + deviation ** 2)), 9);
      expect(meanMagnitude).toBeCloseTo(deviation / Math.sqrt(2 * Math.PI), 3);
    }
  });

  it.each([-0.6, 0, 0.5, 0.95, 1])('have the products of correlated pairs (correlation %f)', (correlation) => {
    const deviation = 0.7;
    // Midpoints over both normal variables.
    let [products, slopes] = [0, 0];
    const steps = 160;
    for (let i = 0; i < steps; i++) {
      for (let j = 0; j < steps; j++) {
        const [u, v] = [i, j].map((k) => 16 * (k + 0.5) / steps - 8);
        const weight = Math.exp(-(u * u + v * v) / 2) / (2 * Math.PI) * (16 / steps) ** 2;
        const [x, y] = [deviation * u, deviation * (correlation * u + Math.sqrt(1 - correlation ** 2) * v)];
        products += weight * gelu(x) * gelu(y);
        slopes += weight * slope(x) * slope(y);
      }
    }
    expect(gaussianGelu(deviation).product(correlation)).toBeCloseTo(products, 6);
    expect(gaussianGelu(deviation).slopeProduct(correlation)).toBeCloseTo(slopes, 6);
  });
});

const expected = (network: Network, signs: WeightSigns): DssTerms => {
  const reduced = reduceTokens(network);
  if ('reason' in reduced) throw new Error(reduced.reason);
  return expectedTerms(reduced, signs);
};

/** Terms with drawn weights, averaged over seeds. */
function drawn(formula: 'dss' | 'dss-released', networks: readonly Network[], seeds: number, supernet?: Network): DssTerms[] {
  const runs = Array.from({ length: seeds }, (_, seed) => fastDss(formula, networks, new SeedContext({ random: new Random(seed), supernet })));
  const mean = (n: number, term: keyof DssTerms) => runs.reduce((sum, run) => sum + run[n].parts![term], 0) / seeds;
  return networks.map((_, n) => ({ qkv: mean(n, 'qkv'), project: mean(n, 'project'), mlp: mean(n, 'mlp') }));
}

const ratios = (a: DssTerms, b: DssTerms) => (['qkv', 'project', 'mlp'] as const).map((term) => a[term] / b[term]);

describe('expected DSS', () => {
  it('of AutoFormer-T is 0.9 to 1.1 times what drawn weights give, term by term (tftas.md 9.6: 0.96 to 1.08, for signed weights)', () => {
    const network = autoFormerTiny.lower(autoFormerTiny.networks['autoformer-t']);
    for (const formula of ['dss', 'dss-released'] as const) {
      const [terms] = drawn(formula, [network], 2);
      for (const ratio of ratios(expected(network, formula === 'dss' ? 'absolute' : 'signed'), terms)) expect(Math.abs(ratio - 1), formula).toBeLessThan(0.1);
    }
  });

  const samples = <A>(space: SearchSpace<A>, count: number) => {
    const random = new Random('expected');
    return Array.from({ length: count }, () => space.lower(space.sample(random)));
  };
  it.each([
    ['AutoFormer', () => samples(autoFormerMini, 24), () => autoFormerMini.lower(autoFormerMini.largest, { supernet: true })],
    ['PiT, whose pooling sees borders', () => samples(pitMini, 24), () => pitMini.lower(pitMini.largest, { supernet: true })],
    ['As-ViT, with its windows', () => samples(asVitMini, 10), () => asVitMini.lower(asVitMini.largest, { supernet: true })],
  ])('orders subnets of %s as drawn weights do on average', (_, networks, supernet) => {
    const all = networks();
    const total = ({ qkv, project, mlp }: DssTerms) => qkv + project + mlp;
    const tau = kendallTau(all.map((network) => total(expected(network, 'absolute'))), drawn('dss', all, 2, supernet()).map(total));
    // tftas.md 9.6: 0.91 to 0.94.
    expect(tau).toBeGreaterThan(0.8);
  });

  it('knows what a class token that is read changes', () => {
    const [read, ignored] = (['classToken', 'mean'] as const).map((pool) => vitNetwork({ resolution: 64, width: 96, depth: 4, numHeads: 3, pool, classes: 100 }));
    for (const network of [read, ignored]) {
      const [terms] = drawn('dss', [network], 3);
      for (const ratio of ratios(expected(network, 'absolute'), terms)) expect(Math.abs(ratio - 1)).toBeLessThan(0.2);
    }
  });

  it('needs neither weights nor an engine, and is not valid where tokens do not stay equal', () => {
    const context = new SeedContext({ random: new Random(1) });
    const proxy = getProxy('dss-mean-field');
    expect(proxy).toMatchObject({ needs: 'nothing', usesEngine: false });
    expect(proxy.score(elasticVitMini.lower(elasticVitMini.smallest), context)).toMatchObject({
      value: NaN, invalid: expect.stringMatching(/^there is no mean field form, because its block/) as string,
    });
  });
});

describe('networks of different spaces, one after the other', () => {
  it('are not taken for each other where their heads read as many channels', () => {
    const score = (network: Network) => getProxy('dss-mean-field').score(network, new SeedContext({ random: new Random(1) })).value;
    const seed = asVitMini.lower(asVitMini.networks.seed ?? asVitMini.smallest);
    const { input, output } = seed.blocks[seed.blocks.length - 1];
    // A plain transformer whose head is a single layer from as many channels to as many classes; As-ViT's has two.
    const plain = vitNetwork({ width: input.channels, depth: 1, numHeads: 1, resolution: 32, patchSize: 16, classes: output.channels, classToken: false });
    const before = score(plain);
    expect(score(seed)).toBeGreaterThan(0);
    expect(score(plain)).toBe(before);
  });
});
