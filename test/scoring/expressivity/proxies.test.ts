import { beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../../../core/base/random.ts';
import type { Engine } from '../../../core/engine/engine.ts';
import { startEngine } from '../../../core/engine/engines.ts';
import { SeedContext } from '../../../core/scoring/context.ts';
import { getProxy } from '../../../core/scoring/proxies.ts';
import { asVitMini } from '../../../core/spaces/asvit/space.ts';
import { elasticVitMini } from '../../../core/spaces/elasticvit/space.ts';

const released = ['length', 'curvature', 'curvature-length', 'curvature-length-released'];
const network = asVitMini.lower({ ...asVitMini.networks.min, width: 4, heads: 8 });

let engine: Engine;
beforeAll(async () => { engine = await startEngine('ort'); });

const context = () => new SeedContext({ engine, random: new Random('seed') });

describe('As-ViT\'s measures as proxies', () => {
  it('share one pass, whichever is asked for first', () => {
    const [there, back] = [context(), context()];
    const ascending = released.map((id) => getProxy(id).score(network, there));
    const descending = [...released].reverse().map((id) => getProxy(id).score(network, back)).reverse();
    ascending.forEach(({ value }, i) => expect(value / descending[i].value).toBeCloseTo(1, 5));
    // Length alone takes first derivatives only; after curvature was asked for, one network's measures take one pass.
    expect(ascending.map(({ macs }) => macs > 0)).toEqual([true, true, false, false]);
    expect(descending.map(({ macs }) => macs > 0)).toEqual([false, false, false, true]);
    const next = asVitMini.lower({ ...asVitMini.networks.seed, width: 4, heads: 8 });
    expect(released.map((id) => getProxy(id).score(next, there).macs > 0)).toEqual([true, false, false, false]);
  });

  it('tell each network\'s value and the standard error of their mean', () => {
    const { value, parts } = getProxy('length').score(network, context());
    const { 'standard error': error, ...networks } = parts!;
    const values = Object.values(networks);
    expect(values).toHaveLength(5);
    const mean = values.reduce((sum, one) => sum + one, 0) / 5;
    expect(value).toBeCloseTo(mean, 12);
    expect(error).toBeCloseTo(Math.sqrt(values.reduce((sum, one) => sum + (one - mean) ** 2, 0) / 20), 12);
  });

  it('are not taken of networks that have no such features, and say so', () => {
    for (const id of [...released, 'length-paper', 'length-closed-form']) {
      const { value, invalid } = getProxy(id).score(elasticVitMini.lower(elasticVitMini.smallest), context());
      expect(value).toBeNaN();
      expect(invalid).toMatch(/classifier reads a map|closed form is known/);
    }
  });
});
