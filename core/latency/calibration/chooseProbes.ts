import type { Random } from '../../base/random.ts';
import type { Block } from '../../network/blocks.ts';
import type { SearchSpace } from '../../spaces/space.ts';
import { shapeOf } from '../blockShape.ts';
import { geometryOf, latencyKindOf, latencyKinds, termsOf } from '../features.ts';
import { rooflineMs } from '../kindModel.ts';
import { typicalKinds } from './typicalRates.ts';

/** A block to measure alone, and an architecture that it is part of. */
export interface Probe<A> {
  readonly arch: A;
  readonly block: Block;
}

const sampledNetworks = 400;

/**
 * Blocks to measure alone, spread over what a space's blocks are like. Each kind gets a share that grows with the time it
 * takes and with how many shapes it has; within a kind, the block with the least and the one with the most work come first,
 * then always the one whose geometry is farthest from all chosen before (Gonzalez, Clustering to minimize the maximum
 * intercluster distance, 1985).
 * @returns at most `count` blocks, each shape once
 */
export function chooseProbes<A>(space: SearchSpace<A>, count: number, classes: number, random: Random): Probe<A>[] {
  const shapes = new Map<string, Probe<A> & { ms: number }>();
  const archs = [space.smallest, space.largest, ...Array.from({ length: sampledNetworks }, () => space.sample(random))];
  for (const arch of archs) {
    for (const block of space.lower(arch, { classes }).blocks) {
      const key = `${latencyKindOf(block)} ${shapeOf(block)}`;
      const ms = rooflineMs(typicalKinds[latencyKindOf(block)].roofline, block);
      const known = shapes.get(key);
      shapes.set(key, { arch, block, ...known, ms: ms + (known?.ms ?? 0) });
    }
  }
  const byKind = latencyKinds.map((kind) => [...shapes.values()].filter(({ block }) => latencyKindOf(block) === kind)).filter((group) => group.length > 0);
  const shares = byKind.map((group) => Math.sqrt(group.length * group.reduce((sum, { ms }) => sum + ms, 0)));
  const amounts = dealt(count, shares, byKind.map((group) => group.length));
  return byKind.flatMap((group, i) => spread(group.map(({ block }) => block), amounts[i]).map((place) => ({ arch: group[place].arch, block: group[place].block })));
}

/** Deals in proportion to the shares, up to two to each first, nobody getting more than they can take. */
function dealt(count: number, shares: readonly number[], most: readonly number[]): number[] {
  const amounts = shares.map(() => 0);
  const open = () => amounts.flatMap((amount, i) => (amount < most[i] ? [i] : []));
  for (let left = count, group = open(); left > 0 && group.length > 0; left--, group = open()) {
    const needy = group.reduce((best, i) => (hunger(amounts[i], shares[i]) > hunger(amounts[best], shares[best]) ? i : best));
    amounts[needy]++;
  }
  return amounts;
}

const hunger = (amount: number, share: number) => (amount < 2 ? Number.MAX_VALUE / (amount + 1) : share / amount);

/** Places of blocks far from each other, in the order of their choice. */
function spread(blocks: readonly Block[], count: number): number[] {
  if (count === 0) return [];
  const points = coordinatesOf(blocks);
  const work = blocks.map((block) => {
    const { readWriteBytes, matmulMacs, depthwiseMacs, convMacs } = termsOf(block);
    return readWriteBytes + matmulMacs + depthwiseMacs + convMacs;
  });
  const nearest = points.map(() => Infinity);
  const chosen: number[] = [];
  while (chosen.length < Math.min(count, blocks.length)) {
    const next = chosen.length === 0 ? work.indexOf(Math.max(...work)) : chosen.length === 1 ? work.indexOf(Math.min(...work)) : nearest.indexOf(Math.max(...nearest));
    // Equal geometry leaves only places that are chosen already.
    if (chosen.includes(next)) break;
    chosen.push(next);
    points.forEach((point, i) => {
      const distance = point.reduce((sum, value, d) => sum + (value - points[next][d]) ** 2, 0);
      nearest[i] = Math.min(nearest[i], distance);
    });
  }
  return chosen;
}

/** Geometry on a logarithmic scale, each number over the range that it has. */
function coordinatesOf(blocks: readonly Block[]): number[][] {
  const tables = blocks.map((block) => Object.values(geometryOf(block)).map((value) => Math.log2(1 + value)));
  const ranges = tables[0].map((_, d) => {
    const values = tables.map((row) => row[d]);
    return [Math.min(...values), Math.max(...values)];
  });
  return tables.map((row) => row.map((value, d) => {
    const [low, high] = ranges[d];
    return high > low ? (value - low) / (high - low) : 0;
  }));
}
