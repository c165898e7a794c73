import { describe, expect, it } from 'vitest';
import { Random } from '../../../core/base/random.ts';
import { chooseNetworks, mostTelling } from '../../../core/latency/calibration/chooseNetworks.ts';
import { chooseProbes } from '../../../core/latency/calibration/chooseProbes.ts';
import { startingFrom } from '../../../core/latency/calibration/firstGuess.ts';
import { shapeOf } from '../../../core/latency/blockShape.ts';
import { geometryOf, latencyKindOf } from '../../../core/latency/features.ts';
import { getSpace } from '../../../core/spaces/index.ts';

const mini = getSpace('elasticvit-mini');

describe('networks chosen for calibration', () => {
  const chosen = chooseNetworks(mini, 10, 10, new Random(1));

  it('are distinct, the same for the same seed, and hold the ends of the space', () => {
    expect(new Set(chosen.map((arch) => mini.key(arch))).size).toBe(10);
    expect(chooseNetworks(mini, 10, 10, new Random(1))).toEqual(chosen);
    expect(chosen.slice(0, 2)).toEqual([mini.smallest, mini.largest]);
  });

  it('have every kind of block that the space has', () => {
    const random = new Random('kinds');
    const kindsOf = (archs: readonly unknown[]) => new Set(archs.flatMap((arch) => mini.lower(arch).blocks.map(latencyKindOf)));
    expect(kindsOf(chosen)).toEqual(kindsOf(Array.from({ length: 50 }, () => mini.sample(random))));
  });

  it('are not two alike when one of a pair of equal candidates says all that the other would', () => {
    const random = new Random('pairs');
    const blocks = Array.from({ length: 12 }, () => mini.lower(mini.sample(random)).blocks);
    const places = mostTelling([...blocks.slice(0, 6), ...blocks.slice(0, 6)], blocks.slice(6), 6, startingFrom([], blocks.flat()));
    expect(new Set(places.map((place) => place % 6)).size).toBe(6);
  });
});

describe('blocks chosen to be measured alone', () => {
  const probes = chooseProbes(mini, 40, 10, new Random(1));

  it('are of distinct shapes, as many as asked for, of every kind, and part of the architecture named', () => {
    expect(probes).toHaveLength(40);
    expect(new Set(probes.map(({ block }) => `${latencyKindOf(block)} ${shapeOf(block)}`)).size).toBe(40);
    expect(new Set(probes.map(({ block }) => latencyKindOf(block)))).toEqual(new Set(mini.lower(mini.largest).blocks.map(latencyKindOf)));
    for (const { arch, block } of probes) expect(mini.lower(arch, { classes: 10 }).blocks).toContainEqual(block);
  });

  it('reach from the smallest to the largest grid of a kind with several', () => {
    const gridsOf = (blocks: readonly Parameters<typeof geometryOf>[0][]) =>
      blocks.filter((block) => latencyKindOf(block) === 'mbconv').map((block) => geometryOf(block).grid);
    const all = gridsOf([mini.smallest, mini.largest].flatMap((arch) => mini.lower(arch, { classes: 10 }).blocks));
    const measured = gridsOf(probes.map(({ block }) => block));
    expect(Math.min(...measured)).toBeLessThanOrEqual(Math.min(...all));
    expect(Math.max(...measured)).toBeGreaterThanOrEqual(Math.max(...all));
  });
});
