import { beforeAll, describe, expect, it } from 'vitest';
import type { ArchitectureDetail } from '../../../core/api/contract/types.ts';
import { changeText, compareArchitectures, mergedOrder } from '../../../renderer/screens/architecture/compare/difference.ts';
import type { StageDifference } from '../../../renderer/screens/architecture/compare/difference.ts';
import { published } from './networks.ts';

let t1: ArchitectureDetail;
let s2: ArchitectureDetail;
let max: ArchitectureDetail;
beforeAll(async () => {
  [t1, s2, max] = await Promise.all([published('T1'), published('S2'), published('max')]);
});

const mirrored = { same: 'same', changed: 'changed', here: 'there', there: 'here' } as const;

/** What a comparison says, independent of the order of parts that only one side has. */
function facts(stages: readonly StageDifference[], mirror: boolean): unknown[] {
  return stages.flatMap(({ id, kind, delta, changes, blocks }) => [
    { id, kind: mirror ? mirrored[kind] : kind, params: mirror ? 0 - delta.params : delta.params, macs: mirror ? 0 - delta.macs : delta.macs,
      changes: changes.map(({ name, here, there }) => (mirror ? [name, there, here] : [name, here, there]).join()).sort() },
    ...blocks.map((block) => ({
      id: block.id, kind: mirror ? mirrored[block.kind] : block.kind,
      changes: block.changes.map(({ name, here, there }) => (mirror ? [name, there, here] : [name, here, there]).join()).sort(),
    })),
  ]).sort((a, b) => a.id.localeCompare(b.id));
}

describe('a comparison', () => {
  it('of an architecture with itself finds nothing', () => {
    const stages = compareArchitectures(t1, t1);
    expect(stages.every(({ kind, changes, blocks }) => kind === 'same' && changes.length === 0 && blocks.every((block) => block.kind === 'same'))).toBe(true);
  });

  it('says the same from both sides', () => {
    expect(facts(compareArchitectures(s2, t1), true)).toEqual(facts(compareArchitectures(t1, s2), false));
    expect(facts(compareArchitectures(max, t1), true)).toEqual(facts(compareArchitectures(t1, max), false));
  });

  it('has every block of both exactly once', () => {
    const blocks = compareArchitectures(t1, max).flatMap((stage) => stage.blocks);
    expect(blocks.flatMap(({ here }) => (here ? [here.name] : [])).sort()).toEqual(t1.blocks.map(({ name }) => name).sort());
    expect(blocks.flatMap(({ there }) => (there ? [there.name] : [])).sort()).toEqual(max.blocks.map(({ name }) => name).sort());
  });

  it("adds up to the networks' difference", () => {
    const stages = compareArchitectures(t1, s2);
    expect(stages.reduce((sum, { delta }) => sum + delta.macs, 0)).toBe(t1.macs - s2.macs);
    expect(stages.reduce((sum, { delta }) => sum + delta.latencyMs.pixel6, 0)).toBeCloseTo(t1.latencies[1].latencyMs - s2.latencies[1].latencyMs, 9);
  });

  it('names what was chosen otherwise', () => {
    // From the published genotypes: T1 has width 32 in C2 and 128 px, S2 has 48 and 224 px; the depth is 3 in both.
    const second = compareArchitectures(t1, s2).find(({ title }) => title === 'Stage 2');
    expect(second?.changes.map(changeText)).toEqual(['resolution 28×28 → 16×16', 'width 48 → 32']);
  });
});

describe('changes in words', () => {
  it('read from the other architecture to this one', () => {
    expect(changeText({ name: 'kernel', here: '3×3', there: '5×5' })).toBe('kernel 5×5 → 3×3');
    expect(changeText({ name: 'squeeze-excitation', here: 'yes', there: null })).toBe('squeeze-excitation added');
    expect(changeText({ name: 'heads', here: null, there: '4' })).toBe('heads 4 left out');
  });
});

describe('the merged order', () => {
  it('keeps both orders', () => {
    expect(mergedOrder(['a', 'c', 'e'], ['a', 'b', 'c', 'd'])).toEqual(['a', 'b', 'c', 'e', 'd']);
    expect(mergedOrder([], ['x'])).toEqual(['x']);
  });
});
