import { describe, expect, it } from 'vitest';
import { Random } from '../../../core/base/random.ts';
import { networkMacs } from '../../../core/network/counts.ts';
import { asVit } from '../../../core/spaces/asvit/space.ts';
import { MacsSampler } from '../../../core/spaces/macsSampler.ts';

const rates = { depth: 0.5, choice: 0.5, uniform: 1 };

describe('the As-ViT space', () => {
  it('has the published 4,556,250 topologies', () => {
    // Chen et al. 2022, Table 1: 5^5 3^6 2; an entropy of 15.3 nats for a uniform policy, section 3.3.
    expect(asVit.size).toBe(4_556_250n);
    expect(asVit.dimensions.reduce((product, { values }) => product * values.length, 1)).toBe(4_556_250);
    expect(Math.log(Number(asVit.size)).toFixed(1)).toBe('15.3');
  });

  it('has twelve dimensions with ascending values, which run from the smallest network to the largest', () => {
    expect(asVit.dimensions).toHaveLength(12);
    for (const { values, published } of asVit.dimensions) {
      expect([...values].sort((a, b) => a - b)).toEqual([...values]);
      expect(published?.values).toHaveLength(values.length);
    }
    expect(asVit.coordinates(asVit.smallest)).toEqual(asVit.dimensions.map(({ values }) => values[0]));
    expect(asVit.coordinates(asVit.largest)).toEqual(asVit.dimensions.map(({ values }) => values.at(-1)));
  });

  it('calls its dimensions what the paper calls them', () => {
    const published = Object.fromEntries(asVit.dimensions.map(({ published: own }) => [own?.name, own?.values]));
    expect(published).toMatchObject({ K1: [4, 5, 6, 7, 8], S1: [8, 4, 2], S2: [4, 2, 1], S3: [2, 1], E4: [2, 3, 4, 5, 6], H: [16, 32, 64] });
  });
});

describe('sampling', () => {
  it('gives topologies that the parser accepts, that survive JSON, and that coordinates tell', () => {
    const random = new Random(7);
    const keys = new Set<string>();
    for (let i = 0; i < 300; i++) {
      const arch = asVit.sample(random);
      expect(asVit.parse(JSON.parse(JSON.stringify(arch)))).toEqual(arch);
      expect(asVit.fromCoordinates(asVit.coordinates(arch))).toEqual(arch);
      keys.add(asVit.key(arch));
    }
    expect(keys.size).toBeGreaterThan(295);
  });

  it('meets limits of MACs, whole networks counted stage by stage', () => {
    const sampler = new MacsSampler(asVit);
    expect(sampler.count(0, Infinity)).toBeCloseTo(4_556_250, 0);
    const random = new Random('limits');
    for (let i = 0; i < 20; i++) {
      const macs = networkMacs(asVit.lower(sampler.draw(200e6, 210e6, random)!));
      expect(macs).toBeGreaterThanOrEqual(200e6);
      expect(macs).toBeLessThanOrEqual(210e6);
    }
  });
});

describe('variation', () => {
  it('reaches every value of every choice and stays within the space', () => {
    const random = new Random(9);
    const seen = new Set<string>();
    let arch = asVit.smallest;
    for (let i = 0; i < 300; i++) {
      arch = asVit.mutate(arch, random, rates);
      expect(asVit.parse(arch)).toEqual(arch);
      asVit.coordinates(arch).forEach((value, d) => seen.add(`${d} ${value}`));
    }
    expect(seen.size).toBe(asVit.dimensions.reduce((sum, { values }) => sum + values.length, 0));
  });

  it('keeps the size and the variant of what it mutates', () => {
    const child = asVit.mutate(asVit.networks['large-published'], new Random(1), rates);
    expect(child).toMatchObject({ width: 180, depths: [5, 2, 5, 2], variant: 'published' });
    expect(asVit.mutate(asVit.networks.seed, new Random(1), { depth: 1, choice: 0, uniform: 1 })).toEqual(asVit.networks.seed);
  });

  it('takes every choice of a child from either parent', () => {
    const random = new Random(3);
    for (let i = 0; i < 50; i++) {
      const [first, second] = [asVit.sample(random), asVit.sample(random)];
      const [a, b] = [asVit.coordinates(first), asVit.coordinates(second)];
      asVit.coordinates(asVit.crossover(first, second, random)).forEach((value, d) => expect([a[d], b[d]]).toContain(value));
    }
  });
});

describe('scaling', () => {
  it('keeps the topology and changes its size', () => {
    const { sizeOf, withSize } = asVit.scaling;
    expect(withSize(asVit.networks.seed, { width: 180, depths: [5, 2, 5, 2] })).toEqual(asVit.networks.large);
    expect(sizeOf(asVit.networks.base)).toEqual({ width: 116, depths: [3, 1, 5, 2] });
    expect(() => withSize(asVit.networks.seed, { width: 3, depths: [1, 1, 1, 1] })).toThrow(/width is 3/);
  });
});
