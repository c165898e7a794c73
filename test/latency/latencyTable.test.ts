import { describe, expect, it } from 'vitest';
import { Random } from '../../core/base/random.ts';
import { loadDevice } from '../../core/latency/devices.ts';
import { LatencyTable } from '../../core/latency/latencyTable.ts';
import { predictLatency } from '../../core/latency/predict.ts';
import { getSpace } from '../../core/spaces/index.ts';

describe('latencies from tables', () => {
  // The models were measured on blocks of the full space, so the mini space also has blocks outside their ranges.
  it.each(['elasticvit-mini', 'elasticvit', 'autoformer-mini'])('equal predictions block by block, intervals included (%s)', (id) => {
    const space = getSpace(id);
    const models = [loadDevice('pixel6'), loadDevice('xiaomi11')];
    const table = new LatencyTable(space, models, 10);
    const random = new Random(1);
    for (const arch of [space.smallest, space.largest, ...Array.from({ length: 200 }, () => space.sample(random))]) {
      const network = space.lower(arch, { classes: 10 });
      table.predict(arch).forEach((predicted, i) => {
        const expected = predictLatency(models[i], network);
        for (const end of ['latencyMs', 'lowMs', 'highMs'] as const) expect(predicted[end] / expected[end]).toBeCloseTo(1, 10);
      });
    }
  });

  it('refuse what the space does not have', () => {
    const space = getSpace('elasticvit-mini');
    const table = new LatencyTable(space, [loadDevice('pixel6')], 10);
    const values = space.coordinates(space.smallest);
    expect(() => table.predict(space.fromCoordinates([33, ...values.slice(1)]))).toThrow(RangeError);
  });
});
