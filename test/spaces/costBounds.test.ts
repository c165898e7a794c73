import { describe, expect, it } from 'vitest';
import { Random } from '../../core/base/random.ts';
import { blockMacs, networkMacs } from '../../core/network/counts.ts';
import { CostBounds, type CostWindow } from '../../core/spaces/costBounds.ts';
import { elasticVitMini } from '../../core/spaces/elasticvit/space.ts';
import { pitTiny } from '../../core/spaces/pit/space.ts';

/** Every one of the 4,320 architectures (tftas.md 4.1), as [MACs, blocks]. */
const all = elements(pitTiny.dimensions.map(({ values }) => values)).flatMap((values) => {
  try {
    const network = pitTiny.lower(pitTiny.parse(pitTiny.fromCoordinates(values)));
    return [[networkMacs(network), network.blocks.length]];
  } catch {
    // Widths that shrink.
    return [];
  }
});

function elements(sets: readonly (readonly number[])[]): number[][] {
  return sets.reduce<number[][]>((lists, set) => lists.flatMap((list) => set.map((value) => [...list, value])), [[]]);
}

describe('what the architectures of a space cost', () => {
  const bounds = new CostBounds(pitTiny, pitTiny.defaultClasses, (blocks) => [blocks.reduce((sum, block) => sum + blockMacs(block), 0), blocks.length]);

  it('is bounded by what looking at all of them finds', () => {
    expect(all).toHaveLength(Number(pitTiny.size));
    for (const cost of [0, 1]) {
      const values = all.map((costs) => costs[cost]);
      expect(bounds.range(cost)).toEqual([Math.min(...values), Math.max(...values)]);
    }
  });

  it('lies inside limits exactly when looking at all of them finds one that does', () => {
    const random = new Random('windows');
    const found = { true: 0, false: 0 };
    for (let i = 0; i < 300; i++) {
      const [macs, blocks] = all[random.integer(all.length)];
      // From windows that hold nothing up to such that hold hundreds.
      const from = Math.round(macs * (1 + 0.01 * random.normal()));
      const length = Math.round(macs * 10 ** (-1 - 4 * random.uniform()));
      const windows: CostWindow[] = [[from, from + length], [blocks + random.integer(5) - 2, blocks + 2]];
      const truth = all.some((costs) => costs.every((value, c) => value >= windows[c][0] && value <= windows[c][1]));
      expect(bounds.holds(windows)).toBe(truth);
      found[String(truth) as 'true' | 'false']++;
    }
    expect(Math.min(found.true, found.false)).toBeGreaterThan(50);
  });

  it('is never said to be missing for a single point that is there', () => {
    const mini = new CostBounds(elasticVitMini, 10, (blocks) => [blocks.reduce((sum, block) => sum + blockMacs(block), 0)]);
    const random = new Random('points');
    for (let i = 0; i < 5; i++) {
      const macs = networkMacs(elasticVitMini.lower(elasticVitMini.sample(random), { classes: 10 }));
      expect(mini.holds([[macs, macs]])).not.toBe(false);
    }
  });
});
