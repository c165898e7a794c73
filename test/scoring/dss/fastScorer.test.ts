import { afterAll, describe, expect, it } from 'vitest';
import { Random } from '../../../core/base/random.ts';
import { MatrixProducts } from '../../../core/engine/ort/plan/product.ts';
import { Arena } from '../../../core/engine/wasm/arena.ts';
import { instantiateKernels } from '../../../core/engine/wasm/library.ts';
import { SubnetView } from '../../../core/model/subnet.ts';
import { Weights } from '../../../core/model/weights.ts';
import type { Block } from '../../../core/network/blocks.ts';
import type { Network } from '../../../core/network/network.ts';
import { reduceTokens, type ReducedNetwork } from '../../../core/scoring/dss/classes/reduce.ts';
import { FastScorer } from '../../../core/scoring/dss/fast/scorer.ts';
import type { DssTerms, WeightSigns } from '../../../core/scoring/dss/terms.ts';
import type { WeightNorms } from '../../../core/scoring/dss/fast/weightNorm.ts';
import { autoFormerMini } from '../../../core/spaces/autoformer/space.ts';
import { asVit } from '../../../core/spaces/asvit/space.ts';
import { pitMini } from '../../../core/spaces/pit/space.ts';
import { vitNetwork, type VitOptions } from '../../../core/spaces/vit/network.ts';
import { literalTerms } from './literal.ts';

const arena = new Arena();
const products = new MatrixProducts(arena, 1);
const device = { arena, kernels: instantiateKernels(arena.memory), products };
afterAll(() => {
  expect(arena.usedBytes).toBe(0);
  products.dispose();
});

const small: VitOptions = { resolution: 6, patchSize: 2, width: 16, depth: 2, numHeads: 2, headDim: 6, mlpRatio: 2, classes: 10 };

/** Weights of a usual size for this width, so that attention is not nearly uniform; positions are those of all map tokens or none. */
function weightsOf(network: Network, seed: string): Weights {
  const weights = Weights.initialise(network, new Random(seed));
  const first = network.blocks[0].type === 'patchEmbed' ? network.blocks[0].output.extraTokens ?? 0 : 0;
  for (const { key, shape } of weights.parameters.values()) {
    const values = weights.view(key);
    const random = new Random(`${seed} ${key}`);
    if (/\.(query|key|value|project|expand|reduce|features|classifier)\.weight$/.test(key)) for (let i = 0; i < values.length; i++) values[i] = random.normal() / Math.sqrt(shape.length === 2 ? shape[0] : shape[0] * shape[1] * shape[2]);
    if (key.endsWith('.bias')) for (let i = 0; i < values.length; i++) values[i] = 0.1 * random.normal();
    if (key.endsWith('.position')) for (let i = (first + 1) * shape[1]; i < values.length; i++) values[i] = values[i - shape[1]];
  }
  return weights;
}

function reduced(network: Network): ReducedNetwork {
  const result = reduceTokens(network);
  if ('reason' in result) throw new Error(result.reason);
  return result;
}

function fastTerms(network: Network, weights: Weights, signs: WeightSigns, norms: WeightNorms = 'exact'): DssTerms {
  const scorer = new FastScorer(device, weights, { signs, norms });
  const [terms] = scorer.score([reduced(network)]);
  scorer.dispose();
  return terms;
}

const structured: [string, () => Network][] = [
  ['PiT, whose pooling sees borders', () => pitMini.lower(pitMini.parse({ baseDim: 8, mlpRatio: 2, depths: [1, 1, 1], numHeads: [1, 1, 2] }), { resolution: 20 })],
  ['As-ViT, with windows in windows and padded re-embedding', () => asVit.lower(asVit.parse({
    kernels: [8, 4, 3, 2], splits: [4, 2, 1], mlpRatios: [2, 2, 2, 2], heads: 16, width: 3,
  }), { resolution: 64 })],
  ['As-ViT without norms in its re-embedding and with positions', () => asVit.lower(asVit.parse({
    kernels: [5, 2, 4, 3], splits: [2, 1, 2], mlpRatios: [2, 2, 2, 2], heads: 16, width: 3, variant: 'published',
  }), { resolution: 64 })],
];

function withoutClassToken(network: Network): Network {
  const bare = <S extends { extraTokens?: number }>({ extraTokens: _, ...shape }: S) => shape;
  return {
    ...network,
    blocks: network.blocks.map((block): Block => ({ ...block, ...(block.type === 'patchEmbed' ? { classToken: false } : {}), input: bare(block.input), output: bare(block.output) })),
  };
}

const relative = (actual: DssTerms, expected: DssTerms) =>
  Math.max(...(['qkv', 'project', 'mlp'] as const).map((term) => Math.abs(actual[term] / expected[term] - 1)));

describe('tokens put together', () => {
  const cases: [string, Partial<VitOptions>][] = [
    ['one class: a mean over tokens that are all alike', { classToken: false }],
    ['two classes: a class token that is read', {}],
    ['two classes, without positions and final norm', { positions: false, finalNorm: false }],
  ];
  it.each(cases)('give the same terms as every token by itself, with %s', (_, options) => {
    const network = vitNetwork({ ...small, ...options });
    const weights = weightsOf(network, 'exact');
    for (const signs of ['absolute', 'signed'] as const) {
      expect(relative(fastTerms(network, weights, signs), literalTerms(network, weights, signs)), signs).toBeLessThan(2e-5);
    }
  });

  it.each(['mean', 'classToken'] as const)('give the same terms with relative positions that are the same for all pairs of map tokens, pooling by %s', (pool) => {
    const arch = autoFormerMini.parse({ embedDim: 16, depth: 2, mlpRatios: [2, 1.5], numHeads: [2, 1], headDim: 6, pool });
    const whole = autoFormerMini.lower(arch, { resolution: 8 });
    // A mean without a class token in front, so that nothing is left out.
    const network = pool === 'mean' ? withoutClassToken(whole) : whole;
    const weights = weightsOf(network, 'relative');
    for (const { key, shape } of weights.parameters.values()) {
      const values = weights.view(key);
      if (key.includes('relative')) for (let i = 0; i < values.length; i++) values[i] = i < 2 * shape[1] ? 20 * values[i] : values[i - shape[1]];
    }
    for (const signs of ['absolute', 'signed'] as const) {
      expect(relative(fastTerms(network, weights, signs), literalTerms(network, weights, signs)), signs).toBeLessThan(2e-5);
    }
  });
});

describe('tokens put together by what they see', () => {
  it.each(structured)('give the same terms as every token by itself in %s', (_, make) => {
    const network = make();
    const { blocks } = reduced(network);
    expect(Math.max(...blocks.map(({ output }) => output.counts.length))).toBeGreaterThan(4);
    const weights = weightsOf(network, 'structured');
    for (const signs of ['absolute', 'signed'] as const) {
      expect(relative(fastTerms(network, weights, signs), literalTerms(network, weights, signs)), signs).toBeLessThan(1e-4);
    }
  });
});

describe('many networks together', () => {
  const supernet = autoFormerMini.lower(autoFormerMini.largest, { supernet: true });
  const weights = Weights.initialise(supernet, new Random('together'));
  const random = new Random('subnets');
  const networks = Array.from({ length: 12 }, () => autoFormerMini.lower(autoFormerMini.sample(random)));

  it.each(['absolute', 'signed'] as const)('have the terms that each has alone, to the last bit, with the slices as weights of its own (%s)', (signs) => {
    const scorer = new FastScorer(device, weights, { signs, norms: 'random' });
    const together = scorer.score(networks.map(reduced));
    scorer.dispose();
    networks.slice(0, 4).forEach((network, i) => {
      expect(together[i]).toEqual(fastTerms(network, new SubnetView(weights, network).extract(), signs, 'random'));
    });
  });

  it('have them whoever else is there, and again', () => {
    const scorer = new FastScorer(device, weights, { signs: 'absolute', norms: 'random' });
    const together = scorer.score(networks.map(reduced));
    const others = scorer.score(networks.slice(3, 8).reverse().map(reduced)).reverse();
    scorer.dispose();
    expect(others).toEqual(together.slice(3, 8));
  });

  it('take as many multiply-accumulates as one token needs: forward, backward, and one more product for saliency', () => {
    const scorer = new FastScorer(device, weights, { signs: 'absolute', norms: 'random' });
    const [{ macs }] = scorer.score([reduced(networks[0])]);
    scorer.dispose();
    const expected = networks[0].blocks.reduce((sum, block) => {
      if (block.type === 'relativeAttention') return sum + 4 * block.input.channels * block.numHeads * block.headDim;
      return block.type === 'encoderMlp' ? sum + 6 * block.input.channels * block.hiddenChannels : sum;
    }, 0);
    expect(macs).toBe(expected);
  });

  it('must be parts of the network whose weights they use', () => {
    const scorer = new FastScorer(device, weights, { signs: 'absolute', norms: 'random' });
    expect(() => scorer.score([reduced(vitNetwork({ ...small, depth: 9 }))])).toThrow('The supernet has no block "blocks.6.attention".');
    scorer.dispose();
  });
});
