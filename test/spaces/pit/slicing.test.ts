import { describe, expect, it } from 'vitest';
import { Random } from '../../../core/base/random.ts';
import { layoutOf, Weights } from '../../../core/model/weights.ts';
import { SubnetView } from '../../../core/model/subnet.ts';
import { sliceOf } from '../../../core/network/slicing.ts';
import { composeArchitecture } from '../../../core/spaces/pit/architecture.ts';
import { tinyChoices } from '../../../core/spaces/pit/choices.ts';
import { lowerPit } from '../../../core/spaces/pit/lowering.ts';
import { pitSmall, pitTiny } from '../../../core/spaces/pit/space.ts';

describe('the largest PiT', () => {
  it.each([pitTiny, pitSmall])('holds the weights of every other one ($id)', (space) => {
    const large = layoutOf(space.lower(space.largest, { classes: 10 })).parameters;
    const random = new Random('subnets');
    for (let i = 0; i < 8; i++) {
      for (const { key, shape } of layoutOf(space.lower(space.sample(random), { classes: 10 })).parameters.values()) {
        const { shape: whole, slice } = large.get(key)!;
        const { runLength, starts } = sliceOf(whole, shape, slice);
        expect(runLength * starts.length).toBe(shape.reduce((size, dim) => size * dim, 1));
      }
    }
  });

  it('lends pooling filters with the channels that they make, whatever the subnet multiplies by', () => {
    const supernet = lowerPit(tinyChoices, composeArchitecture(16, 2, [1, 4, 2], [8, 8, 8]), { resolution: 24, classes: 3 });
    const weights = Weights.initialise(supernet, new Random(1));
    const filters = weights.view('stages.1.pool.depthwise.weight');
    // From 2, 4 and 8 heads to 8: each of the 128 new channels has the filter that it has in the supernet.
    for (const heads of [2, 4, 8]) {
      const subnet = lowerPit(tinyChoices, composeArchitecture(16, 2, [1, 4, 2], [heads, 8, 8]), { resolution: 24, classes: 3 });
      const view = new SubnetView(weights, subnet);
      expect(view.read('stages.1.pool.depthwise.weight').data).toEqual(filters);
      expect(view.read('stages.1.pool.token.weight').shape).toEqual([16 * heads, 128]);
    }
    // Half as many new channels have the first half of the filters.
    const narrow = lowerPit(tinyChoices, composeArchitecture(16, 2, [1, 4, 2], [2, 4, 8]), { resolution: 24, classes: 3 });
    expect(new SubnetView(weights, narrow).read('stages.1.pool.depthwise.weight').data).toEqual(filters.slice(0, 64 * 9));
  });
});
