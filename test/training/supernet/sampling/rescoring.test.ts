import { describe, expect, it } from 'vitest';
import { Random } from '../../../../core/base/random.ts';
import { getSpace } from '../../../../core/spaces/index.ts';
import { trainingSettingsSchema } from '../../../../core/training/settings.ts';
import { Rescoring } from '../../../../core/training/supernet/sampling/rescoring.ts';
import { SubnetSampler } from '../../../../core/training/supernet/sampling/subnetSampler.ts';

const space = getSpace('elasticvit-mini');

function rescoring(change: object) {
  const settings = trainingSettingsSchema.parse({ buckets: 3, ...change });
  return new Rescoring(space, settings, new SubnetSampler(space, settings, new Random(1)));
}

describe('judging remembered subnets again', () => {
  it('takes all banks at the end of a round, and the bank in use at each quarter of it', () => {
    const plan = rescoring({ performance: { rescoreEverySteps: 40 } });
    const due = Array.from({ length: 80 }, (_, i) => i + 1).flatMap((step) => {
      const banks = plan.due(step, 1);
      return banks.length > 0 ? [[step, [...banks]]] : [];
    });
    expect(due).toEqual([[10, [1]], [20, [1]], [30, [1]], [40, [0, 1, 2]], [50, [1]], [60, [1]], [70, [1]], [80, [0, 1, 2]]]);
  });

  it('is left out where nothing is remembered, or on request', () => {
    expect(rescoring({ performance: { enabled: false } }).everySteps).toBe(0);
    expect(rescoring({ sampling: { rule: 'sandwich' } }).everySteps).toBe(0);
    expect(rescoring({ performance: { rescoreEverySteps: 0 } }).due(40, 1)).toEqual([]);
  });

  it('comes by default so seldom that it takes no more than 3 % of the work', () => {
    const few = rescoring({ performance: { bankCapacity: 4, largeBankCapacity: 4 } }).everySteps;
    expect(rescoring({}).everySteps).toBeGreaterThan(10 * few);
    // 12 members of about the size of the three subnets of a step, forward alone, quarters included: 12 x 2 of the 3 x 3
    // (forward and backward) that a step takes, 2.7 steps; at 3 % every 89 steps, less for the smallest subnet.
    expect(few).toBe(100);
  });
});
