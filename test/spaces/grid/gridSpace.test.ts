import { describe, expect, it } from 'vitest';
import { Random } from '../../../core/base/random.ts';
import { SubnetView } from '../../../core/model/subnet.ts';
import { Weights } from '../../../core/model/weights.ts';
import { getSpace } from '../../../core/spaces/index.ts';

const always = { depth: 1, choice: 1, uniform: 1 };

describe.each(['mobilenetv2-mini', 'deit-mini'])('the family %s', (id) => {
  const space = getSpace(id);
  const random = new Random(`grid ${id}`);

  it('draws, changes and crosses only what it reads, and counts what it holds', () => {
    const seen = new Set<string>();
    for (let i = 0; i < 2000; i++) {
      const [a, b] = [space.sample(random), space.sample(random)];
      for (const arch of [a, space.mutate(a, random, always), space.crossover(a, b, random)]) {
        expect(space.key(space.parse(JSON.parse(JSON.stringify(arch))))).toBe(space.key(arch));
        seen.add(space.key(arch));
      }
    }
    // 6,000 draws of at most 162 members miss none but by chance of less than 1e-9.
    expect(BigInt(seen.size)).toBe(space.size);
    const unchanged = space.sample(random);
    expect(space.mutate(unchanged, random, { depth: 0, choice: 0, uniform: 1 })).toEqual(unchanged);
  });

  it('has members whose weights are part of the largest one\'s', () => {
    const supernet = Weights.initialise(space.lower(space.largest, { supernet: true }), random.fork('supernet'));
    for (const arch of [space.smallest, space.largest, space.sample(random), space.sample(random)]) {
      const network = space.lower(arch);
      const own = new SubnetView(supernet, network).extract();
      for (const { key, shape } of own.parameters.values()) expect(shape.every((size, axis) => size <= supernet.placed(key).shape[axis])).toBe(true);
    }
  });

  it('keeps the reference among its members', () => {
    expect(space.parse(space.fitting!.reference)).toEqual(space.fitting!.reference);
    for (const name of space.fitting!.order) expect(space.dimensions.map((dimension) => dimension.name)).toContain(name);
  });
});

describe('a choice that may be left out', () => {
  const space = getSpace('mobilenetv2-mini');

  it("is the reference's then, also in keys, so that what was written before it was there stays what it was", () => {
    const before = space.parse({ widthMultiplier: 0.25, resolution: 32 });
    expect(before).toEqual({ widthMultiplier: 0.25, stemScale: 1, resolution: 32 });
    expect(space.key(before)).toBe('w0.25-r32');
    expect(space.key(space.parse({ widthMultiplier: 0.25, stemScale: 0.5, resolution: 32 }))).toBe('w0.25-s0.5-r32');
  });

  it('accepts no other values for all that', () => {
    expect(() => space.parse({ widthMultiplier: 0.25, stemScale: 0.25, resolution: 32 })).toThrow(/stemScale is 0\.25, accepted: 0\.5 or 1/);
  });
});
