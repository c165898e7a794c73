import { describe, expect, it } from 'vitest';
import { InputError } from '../../core/base/errors.ts';
import { Random } from '../../core/base/random.ts';
import { proxyIds } from '../../core/scoring/catalogue.ts';
import { SeedContext } from '../../core/scoring/context.ts';
import { getProxy } from '../../core/scoring/proxies.ts';
import type { Proxy } from '../../core/scoring/proxy.ts';
import { bestFirst } from '../../core/scoring/ranking.ts';
import { scoreNetwork } from '../../core/scoring/score.ts';
import { elasticVitMini } from '../../core/spaces/elasticvit/space.ts';
import { vitNetwork } from '../../core/spaces/vit/network.ts';

const deitTiny = vitNetwork({ width: 192, depth: 12, numHeads: 3 });
const seeds = (count: number) => Array.from({ length: count }, (_, i) => new SeedContext({ random: new Random(i + 1) }));

/** A proxy that yields what it is told, seed by seed. */
function scripted(values: readonly number[]): Proxy {
  let call = 0;
  return {
    id: 'scripted', title: '', summary: '', direction: 'higher', needs: 'weights', usesEngine: false,
    score: () => ({ value: values[call++], macs: 10 }),
  };
}

describe('plain baselines', () => {
  // Touvron et al. 2021, table 1, and 12 blocks of MLP ratio 4; the digits from tftas.md 3.5.
  it.each([['params', 5_717_416], ['depth', 12], ['mlp-ratios', 48]])('has the %s of DeiT-Ti', (id, expected) => {
    expect(scoreNetwork([getProxy(id)], deitTiny, seeds(1))[0].value).toBe(expected);
  });

  it('has the MACs of DeiT-Ti', () => {
    expect(scoreNetwork([getProxy('macs')], deitTiny, seeds(1))[0].value / 1e9).toBeCloseTo(1.2537, 4);
  });

  it('is read once, however many seeds there are, and needs no engine', () => {
    expect(scoreNetwork([getProxy('params')], deitTiny, seeds(3))[0].perSeed).toHaveLength(1);
  });
});

describe('scores over seeds', () => {
  it('are the mean and the standard deviation', () => {
    const [{ value, spread, macs }] = scoreNetwork([scripted([1, 2, 6])], deitTiny, seeds(3));
    expect([value, spread, macs]).toEqual([3, Math.sqrt(7), 30]);
  });

  it.each([NaN, Infinity, -Infinity])('are flagged when one is %s', (wrong) => {
    const [score] = scoreNetwork([scripted([1, wrong, 2])], deitTiny, seeds(3));
    expect(score.value).toBeNaN();
    expect(score.invalid).toBe(`the value is ${wrong} (1 of 3 seeds)`);
  });

  it('tell the reason that the proxy gives', () => {
    const failing: Proxy = { ...scripted([]), score: () => ({ value: 5, macs: 0, invalid: 'the matrix is singular' }) };
    expect(scoreNetwork([failing], deitTiny, seeds(1))[0]).toMatchObject({ value: NaN, invalid: 'the matrix is singular' });
  });
});

describe('ranking', () => {
  it('puts invalid scores last in either direction', () => {
    const values = [NaN, 3, Infinity, 7, -Infinity, 5];
    expect(bestFirst({ direction: 'higher' }, values)).toEqual([3, 5, 1, 0, 2, 4]);
    expect(bestFirst({ direction: 'lower' }, values)).toEqual([1, 5, 3, 0, 2, 4]);
  });
});

describe('a seed', () => {
  it('gives the same weights and images whatever was asked for before', () => {
    const small = vitNetwork({ width: 8, depth: 1, numHeads: 1, resolution: 32, classes: 5 });
    const input = { kind: 'gaussian', batch: 2 } as const;
    const [first, second] = [seeds(1)[0], seeds(1)[0]];
    second.batchFor(small, { kind: 'ones', batch: 1 });
    second.random.fork('other').uniform();
    expect(second.weightsOf(small).trainable).toEqual(first.weightsOf(small).trainable);
    expect(second.batchFor(small, input)).toEqual(first.batchFor(small, input));
  });

  it('lets go of the weights of its last network when the next seed has its turn, and finds the same again', () => {
    const small = vitNetwork({ width: 8, depth: 1, numHeads: 1, resolution: 32, classes: 5 });
    const contexts = seeds(2);
    const before = contexts.map((context) => context.weightsOf(small));
    scoreNetwork([scripted([1, 2])], small, contexts);
    contexts.forEach((context, seed) => {
      expect(context.weightsOf(small)).not.toBe(before[seed]);
      expect(context.weightsOf(small).trainable).toEqual(before[seed].trainable);
    });
  });

  it("shares the supernet's weights between architectures", () => {
    const options = { numHeads: 1, headDim: 4, resolution: 32, classes: 5 };
    const context = new SeedContext({ random: new Random(1), supernet: vitNetwork({ ...options, width: 8, depth: 2 }) });
    const whole = context.supernet!.view('blocks.0.mlp.project.weight');
    const shallow = context.weightsOf(vitNetwork({ ...options, width: 8, depth: 1 }));
    expect(shallow.view('blocks.0.mlp.project.weight')).toEqual(whole);
    const narrow = context.weightsOf(vitNetwork({ ...options, width: 4, depth: 2 })).view('blocks.0.mlp.project.weight');
    // The first rows and columns of [32, 8] are those of [16, 4].
    expect(narrow).toEqual(Float32Array.from({ length: 64 }, (_, i) => whole[8 * Math.floor(i / 4) + (i % 4)]));
  });

  it('opens residual branches that training would start closed', () => {
    const network = elasticVitMini.lower(elasticVitMini.smallest);
    const { parameters, ...weights } = seeds(1)[0].weightsOf(network);
    const closed = [...parameters.values()].filter(({ key, init }) => key.endsWith('.scale') && init === 'zeros');
    expect(closed.length).toBeGreaterThan(0);
    for (const { offset, length } of closed) expect(new Set(weights.trainable.subarray(offset, offset + length))).toEqual(new Set([1]));
  });
});

describe('the registry', () => {
  it('computes every proxy that it describes', () => {
    for (const id of proxyIds) expect(getProxy(id)).toMatchObject({ id, score: expect.any(Function) });
  });

  it('lists what there is when asked for another', () => {
    expect(() => getProxy('zen')).toThrow(InputError);
    expect(() => getProxy('zen')).toThrow(/params, macs/);
  });
});
