import { describe, expect, it } from 'vitest';
import { Random } from '../../core/base/random.ts';
import { getSpace, spaceIds } from '../../core/spaces/index.ts';
import type { StageContext } from '../../core/spaces/stageChain.ts';
import { choiceIndices } from '../../core/spaces/macsSampler.ts';

describe.each(spaceIds)('the stages of %s', (id) => {
  const space = getSpace(id);
  const chain = space.chain({ classes: 7 });

  it('decide every dimension once', () => {
    const decided = chain.stages.flatMap(({ dimensions }) => dimensions);
    expect([...decided].sort((a, b) => a - b)).toEqual([...space.dimensions.keys()]);
  });

  it('add up to the blocks that lowering gives', () => {
    const random = new Random(1);
    for (const arch of [space.smallest, space.largest, ...Array.from({ length: 20 }, () => space.sample(random))]) {
      const wanted = choiceIndices(space, arch);
      let context: StageContext = chain.start;
      const blocks = chain.stages.flatMap(({ dimensions, options }) => {
        const taken = options(context).find(({ choices }) => choices.every((choice, i) => choice === wanted[dimensions[i]]))!;
        context = taken.next;
        return taken.blocks;
      });
      expect(blocks).toEqual(space.lower(arch, { classes: 7 }).blocks);
    }
  });

  it('give back an architecture from its coordinates', () => {
    const random = new Random(2);
    for (let i = 0; i < 50; i++) {
      const arch = space.sample(random);
      expect(space.fromCoordinates(space.coordinates(arch))).toEqual(arch);
    }
  });
});
