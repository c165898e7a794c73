import { describe, expect, it } from 'vitest';
import { Random } from '../../../core/base/random.ts';
import { MacsSampler } from '../../../core/spaces/macsSampler.ts';
import type { PitArchitecture } from '../../../core/spaces/pit/architecture.ts';
import { pitExtraSmall, pitMini, pitSmall, pitTiny } from '../../../core/spaces/pit/space.ts';

const spaces = [pitTiny, pitExtraSmall, pitSmall, pitMini];
const widths = ({ baseDim, numHeads }: PitArchitecture) => numHeads.map((heads) => baseDim * heads);
const isLegal = (arch: PitArchitecture) => widths(arch).every((width, i, all) => i === 0 || width % all[i - 1] === 0);

/** The whole grid, by brute force. */
function grid({ baseDim, mlpRatio, depths, numHeads }: typeof pitTiny.choices): PitArchitecture[] {
  return [baseDim, mlpRatio, ...depths, numHeads, numHeads, numHeads]
    .reduce<number[][]>((all, values) => all.flatMap((taken) => values.map((value) => [...taken, value])), [[]])
    .map(([base, ratio, d1, d2, d3, h1, h2, h3]) => ({ baseDim: base, mlpRatio: ratio, depths: [d1, d2, d3], numHeads: [h1, h2, h3] }));
}

describe('the architectures of a PiT space', () => {
  it.each(spaces)('are those of the grid whose widths divide each other ($id)', (space) => {
    const legal = grid(space.choices).filter(isLegal);
    expect(BigInt(legal.length)).toBe(space.size);
    expect(new Set(legal.map(space.key)).size).toBe(legal.length);
    for (const arch of legal.slice(0, 300)) expect(space.parse(arch)).toEqual(arch);
    const illegal = grid(space.choices).filter((arch) => !isLegal(arch));
    for (const arch of illegal.slice(0, 100)) expect(() => space.parse(arch)).toThrow('the pooling can only multiply them');
  });

  it.each(spaces)('are all counted stage by stage ($id)', (space) => {
    expect(new MacsSampler(space).count(0, Infinity)).toBe(Number(space.size));
  });
});

describe('sampling', () => {
  it('gives legal architectures that survive JSON', () => {
    for (const space of spaces) {
      const random = new Random(7);
      for (let i = 0; i < 300; i++) {
        const arch = space.sample(random);
        expect(space.parse(JSON.parse(JSON.stringify(arch)))).toEqual(arch);
      }
    }
  });

  it('gives every legal triple of heads the same chance', () => {
    const random = new Random('heads');
    const draws = 20_000;
    const counts = new Map<string, number>();
    for (let i = 0; i < draws; i++) {
      const key = pitTiny.sample(random).numHeads.join();
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    expect(counts.size).toBe(10);
    const chiSquare = [...counts.values()].reduce((sum, count) => sum + (count - draws / 10) ** 2 / (draws / 10), 0);
    // 9 degrees of freedom: 27.9 is the 99.9 % quantile of the chi-square distribution.
    expect(chiSquare).toBeLessThan(27.9);
  });
});

describe('mutation and crossover', () => {
  it('stay inside the space and reach every value of every choice', () => {
    const random = new Random(3);
    const seen = pitTiny.dimensions.map(() => new Set<number>());
    let arch = pitTiny.networks['pit-ti'];
    for (let i = 0; i < 2000; i++) {
      arch = pitTiny.mutate(arch, random, { depth: 0.4, choice: 0.3, uniform: 0.7 });
      expect(pitTiny.parse(arch)).toEqual(arch);
      pitTiny.coordinates(arch).forEach((value, i) => seen[i].add(value));
    }
    pitTiny.dimensions.forEach(({ values }, i) => expect([...seen[i]].sort((a, b) => a - b)).toEqual(values));
  });

  it('change nothing at a rate of zero, and go to the minimum where redraws are never uniform', () => {
    const arch = pitTiny.networks['pit-ti'];
    expect(pitTiny.mutate(arch, new Random(1), { depth: 0, choice: 0, uniform: 1 })).toEqual(arch);
    const mutated = pitTiny.mutate(arch, new Random(1), { depth: 1, choice: 1, uniform: 0 });
    expect(mutated).toEqual(pitTiny.networks.min);
  });

  it('take every choice from one of the parents', () => {
    const random = new Random(5);
    for (let i = 0; i < 300; i++) {
      const [first, second] = [pitSmall.sample(random), pitSmall.sample(random)];
      const child = pitSmall.crossover(first, second, random);
      expect(pitSmall.parse(child)).toEqual(child);
      const parents = [first, second].map((arch) => pitSmall.coordinates(arch));
      pitSmall.coordinates(child).forEach((value, d) => expect(parents.map((parent) => parent[d])).toContain(value));
    }
  });
});
