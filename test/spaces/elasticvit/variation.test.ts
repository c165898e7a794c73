import { describe, expect, it } from 'vitest';
import { Random } from '../../../core/base/random.ts';
import { partNames, widthsOf } from '../../../core/spaces/elasticvit/architecture.ts';
import type { ElasticVitArchitecture } from '../../../core/spaces/elasticvit/architecture.ts';
import { elasticVit, elasticVitMini } from '../../../core/spaces/elasticvit/space.ts';

const spaces = [elasticVit, elasticVitMini];
const nonDecreasing = (values: readonly number[]) => values.every((value, i) => i === 0 || value >= values[i - 1]);
/** The published rates, elasticvit.md 7.1. */
const rates = { depth: 0.4, choice: 0.2, uniform: 0.45 };
const paperMacs = (arch: ElasticVitArchitecture) =>
  elasticVit.publishedCounters['elasticvit-paper'](elasticVit.lower(arch)) / 1e6;
const genesOf = (arch: ElasticVitArchitecture, part: (typeof partNames)[number]): Readonly<Record<string, number>> =>
  arch[part];

describe('the size of the space', () => {
  it('is the published 2.17e16 for the full space', () => {
    expect(Number(elasticVit.size).toExponential(2)).toBe('2.17e+16'); // elasticvit.md 1.1
  });

  it('counts exactly the non-decreasing width sequences', () => {
    for (const space of spaces) {
      const { parts, resolutions } = space.choices;
      let sequences = [[]] as number[][];
      for (const part of partNames) {
        sequences = sequences.flatMap((sequence) => parts[part].width.map((width) => [...sequence, width]));
      }
      const others = partNames.flatMap((part) => Object.entries(parts[part]).filter(([gene]) => gene !== 'width'));
      const expected = others.reduce((product, [, values]) => product * BigInt(values.length),
        BigInt(sequences.filter(nonDecreasing).length * resolutions.length));
      expect(space.size).toBe(expected);
    }
  });
});

describe('sampling', () => {
  it.each(spaces)('gives architectures of $id that its parser accepts and that survive JSON', (space) => {
    const random = new Random(7);
    const keys = new Set<string>();
    for (let i = 0; i < 1000; i++) {
      const arch = space.sample(random);
      const read = space.parse(JSON.parse(JSON.stringify(arch)));
      expect(read).toEqual(arch);
      expect(space.key(read)).toBe(space.key(arch));
      expect(nonDecreasing(widthsOf(arch))).toBe(true);
      keys.add(space.key(arch));
    }
    expect(keys.size).toBeGreaterThan(990);
  });

  it('repeats itself for the same seed only', () => {
    const keys = (seed: number) => {
      const random = new Random(seed);
      return Array.from({ length: 5 }, () => elasticVit.key(elasticVit.sample(random)));
    };
    expect(keys(1)).toEqual(keys(1));
    expect(keys(1)).not.toEqual(keys(2));
  });

  it('gives every width sequence the same chance', () => {
    // A chi-square statistic over the sequences of the small space; with k - 1 degrees of freedom it stays within
    // five deviations, sqrt(2 (k - 1)) each, of its mean.
    const random = new Random('uniform');
    const counts = new Map<string, number>();
    const draws = 40_000;
    for (let i = 0; i < draws; i++) {
      const widths = widthsOf(elasticVitMini.sample(random)).join();
      counts.set(widths, (counts.get(widths) ?? 0) + 1);
    }
    const { parts, resolutions } = elasticVitMini.choices;
    const others = partNames.flatMap((part) => Object.entries(parts[part]).filter(([gene]) => gene !== 'width'));
    const free = others.reduce((product, [, values]) => product * BigInt(values.length), BigInt(resolutions.length));
    const sequences = Number(elasticVitMini.size / free);
    expect(counts.size).toBe(sequences);
    const expected = draws / sequences;
    const chiSquare = [...counts.values()].reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
    expect(Math.abs(chiSquare - (sequences - 1))).toBeLessThan(5 * Math.sqrt(2 * (sequences - 1)));
  });

  it('has MACs distributed much as published', () => {
    // elasticvit.md 1.1: percentiles of 4000 samples of the released sampler, which draws widths stage by stage and so
    // differs a little from a uniform draw.
    const random = new Random(11);
    const macs = Array.from({ length: 3000 }, () => paperMacs(elasticVit.sample(random))).sort((a, b) => a - b);
    const published = { 5: 184, 10: 222, 25: 327, 50: 491, 75: 727, 90: 1015, 99: 1501 };
    for (const [percentile, value] of Object.entries(published)) {
      const ours = macs[Math.floor(Number(percentile) / 100 * macs.length)];
      expect(ours / value, `${percentile} %`).toBeGreaterThan(0.8);
      expect(ours / value, `${percentile} %`).toBeLessThan(1.2);
    }
  });
});

describe('mutation', () => {
  it.each(spaces)('stays within $id over long chains, whatever the rates', (space) => {
    const random = new Random(5);
    for (const chainRates of [rates, { depth: 1, choice: 1, uniform: 1 }, { depth: 1, choice: 1, uniform: 0 }]) {
      let arch = space.sample(random);
      for (let i = 0; i < 500; i++) {
        arch = space.mutate(arch, random, chainRates);
        expect(space.parse(arch)).toEqual(arch);
      }
    }
  });

  it('changes nothing at rate zero', () => {
    const random = new Random(5);
    const arch = elasticVit.networks.M;
    expect(elasticVit.mutate(arch, random, { depth: 0, choice: 0, uniform: 1 })).toEqual(arch);
  });

  it('leaves its parent alone', () => {
    const before = JSON.stringify(elasticVit.networks.L3);
    elasticVit.mutate(elasticVit.networks.L3, new Random(1), { depth: 1, choice: 1, uniform: 1 });
    expect(JSON.stringify(elasticVit.networks.L3)).toBe(before);
    expect(Object.isFrozen(elasticVit.networks.L3.c1)).toBe(true);
  });

  // The released search computed a new resolution and dropped it, drew depths from range(min, max) without max, stepped
  // widths by the wrong amount, and left the stem out (elasticvit.md 9).
  it.each(spaces)('reaches every value of every choice of $id: resolutions, greatest depths, all widths, the stem', (space) => {
    const random = new Random(9);
    const seen = new Set<string>();
    let arch = space.smallest;
    for (let i = 0; i < 4000; i++) {
      arch = space.mutate(arch, random, { depth: 0.5, choice: 0.5, uniform: 1 });
      seen.add(`resolution ${arch.resolution}`);
      for (const part of partNames) {
        for (const [gene, value] of Object.entries(genesOf(arch, part))) seen.add(`${part}.${gene} ${value}`);
      }
    }
    const all = partNames.flatMap((part) => Object.entries(space.choices.parts[part])
      .flatMap(([gene, values]) => values.map((value) => `${part}.${gene} ${value}`)));
    expect([...seen].sort()).toEqual([...all, ...space.resolutions.map((r) => `resolution ${r}`)].sort());
  });

  it('changes depths and other choices as often as the rates say', () => {
    const random = new Random(21);
    const trials = 4000;
    let [depths, kernels, resolutions] = [0, 0, 0];
    // From the largest network a "minimum" redraw always shows, and so do all but 1/n of the uniform ones.
    for (let i = 0; i < trials; i++) {
      const child = elasticVit.mutate(elasticVit.largest, random, rates);
      if (partNames.some((part) => child[part].depth !== elasticVit.largest[part].depth)) depths++;
      if (child.c1.kernel === 3) kernels++;
      if (child.resolution !== 256) resolutions++;
    }
    expect(depths / trials).toBeCloseTo(0.4, 1);
    expect(kernels / trials).toBeCloseTo(0.2 * (0.55 + 0.45 / 2), 1);
    expect(resolutions / trials).toBeCloseTo(0.2 * 5 / 6, 1);
  });
});

describe('crossover', () => {
  it('takes resolution, widths, depths, kernels and ratios as wholes from either parent', () => {
    const random = new Random(13);
    const all = new Set<string>();
    for (let i = 0; i < 300; i++) {
      const [first, second] = [elasticVit.sample(random), elasticVit.sample(random)];
      const child = elasticVit.crossover(first, second, random);
      expect(elasticVit.parse(child)).toEqual(child);
      const vectorsOf = (arch: ElasticVitArchitecture) => [
        ['width', 'depth', 'kernel', 'expandRatio', 'mlpRatio', 'valueRatio']
          .map((gene) => partNames.map((part) => genesOf(arch, part)[gene]).join()),
        String(arch.resolution),
      ].flat();
      vectorsOf(child).forEach((vector, v) => {
        expect([vectorsOf(first)[v], vectorsOf(second)[v]]).toContain(vector);
        if (vector !== vectorsOf(first)[v]) all.add(`${v} from second`);
        if (vector !== vectorsOf(second)[v]) all.add(`${v} from first`);
      });
    }
    expect(all.size).toBe(14);
  });

  it('of an architecture with itself is that architecture', () => {
    const arch = elasticVit.networks['L1.5'];
    expect(elasticVit.crossover(arch, arch, new Random(1))).toEqual(arch);
  });
});
