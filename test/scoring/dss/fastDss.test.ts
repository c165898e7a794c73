import { beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../../../core/base/random.ts';
import { kendallTau } from '../../../core/base/rankStatistics.ts';
import type { Engine } from '../../../core/engine/engine.ts';
import { startEngine } from '../../../core/engine/engines.ts';
import type { Network } from '../../../core/network/network.ts';
import { SeedContext } from '../../../core/scoring/context.ts';
import { getProxy } from '../../../core/scoring/proxies.ts';
import { scoreNetworks } from '../../../core/scoring/score.ts';
import { autoFormerMini, autoFormerTiny } from '../../../core/spaces/autoformer/space.ts';
import { elasticVitMini } from '../../../core/spaces/elasticvit/space.ts';
import type { SearchSpace } from '../../../core/spaces/space.ts';

let engine: Engine;
beforeAll(async () => { engine = await startEngine('ort', { threads: 1 }); });

const supernetContext = <A>(space: SearchSpace<A>) =>
  new SeedContext({ engine, random: new Random(1), supernet: space.lower(space.largest, { supernet: true }) });
const valuesOf = (id: string, networks: readonly Network[], context: SeedContext) =>
  scoreNetworks([getProxy(id)], networks, [context]).map(([{ value }]) => value);

describe('fast DSS of AutoFormer', () => {
  const random = new Random('fast');
  const networks = Array.from({ length: 14 }, () => autoFormerMini.lower(autoFormerMini.sample(random)));

  it.each([['dss', 'dss-literal'], ['dss-released', 'dss-released-literal']])('orders subnets as %s does literally', (fast, literal) => {
    const context = supernetContext(autoFormerMini);
    const [a, b] = [valuesOf(fast, networks, context), valuesOf(literal, networks, context)];
    expect(kendallTau(a, b)).toBeGreaterThan(0.97);
    // 64 tokens instead of 196: the class token, which is left out, weighs three times as much.
    a.forEach((value, i) => expect(Math.abs(value / b[i] - 1)).toBeLessThan(0.03));
  });

  it("is within 1 % of the literal form for TF-TAS-Ti's first layers, and needs hundreds of times fewer multiply-accumulates", () => {
    const context = supernetContext(autoFormerTiny);
    const whole = autoFormerTiny.networks['tf-tas-ti'];
    const depth = 4;
    const network = autoFormerTiny.lower({ ...whole, depth, mlpRatios: whole.mlpRatios.slice(0, depth), numHeads: whole.numHeads.slice(0, depth) });
    const [fast, literal] = ['dss', 'dss-literal'].map((name) => getProxy(name).score(network, context));
    expect(Math.abs(fast.value / literal.value - 1)).toBeLessThan(0.01);
    expect(fast.macs * 200).toBeLessThan(literal.macs);
  });

  it('is the sum of its halves, which are proxies too', () => {
    const context = supernetContext(autoFormerMini);
    const [whole, msa, mlp] = ['dss', 'dss-msa', 'dss-mlp'].map((id) => valuesOf(id, networks, context));
    whole.forEach((value, i) => expect(value).toBeCloseTo(msa[i] + mlp[i], 6));
  });

  it('is the same for the same seed, and another for another', () => {
    const ofSeed = (seed: number) => valuesOf('dss', networks, new SeedContext({
      engine, random: new Random(seed), supernet: autoFormerMini.lower(autoFormerMini.largest, { supernet: true }),
    }));
    expect(ofSeed(3)).toEqual(ofSeed(3));
    expect(ofSeed(4)).not.toEqual(ofSeed(3));
  });

  it('works with weights of its own for every network', () => {
    const own = new SeedContext({ engine, random: new Random(2) });
    const [{ value }] = scoreNetworks([getProxy('dss')], networks.slice(0, 2), [own])[1];
    expect(value).toBe(getProxy('dss').score(networks[1], new SeedContext({ engine, random: new Random(2) })).value);
  });
});

describe('where equal tokens do not stay equal', () => {
  it('DSS is computed literally and says so', () => {
    const network = elasticVitMini.lower(elasticVitMini.smallest);
    const context = supernetContext(elasticVitMini);
    const fast = getProxy('dss').score(network, context);
    expect(fast.value).toBe(getProxy('dss-literal').score(network, context).value);
    expect(fast.note).toMatch(/^computed literally, because its block ".+" does not treat equal tokens alike$/);
    expect(getProxy('dss').runsOnEngine?.(network)).toBe(true);
  });

  it('DSS is computed literally where learned positions tell tokens apart too much', () => {
    const network = autoFormerMini.lower(autoFormerMini.smallest);
    const context = supernetContext(autoFormerMini);
    expect(getProxy('dss').score(network, context).note).toBeUndefined();
    const trained = supernetContext(autoFormerMini);
    trained.supernet!.view('patchEmbed.position').forEach((value, i, all) => { all[i] = 20 * value; });
    const fast = getProxy('dss').score(network, trained);
    expect(fast.value).toBe(getProxy('dss-literal').score(network, trained).value);
    expect(fast.note).toMatch(/^computed literally, because its learned positions set tokens apart by \d+ %/);
  });
});
