import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../../../core/base/random.ts';
import { calibrateDevice } from '../../../core/latency/calibration/calibrateDevice.ts';
import { parseDeviceModel, type DeviceModel } from '../../../core/latency/deviceModel.ts';
import { loadDevice } from '../../../core/latency/devices.ts';
import { readBlockTable } from '../../../core/latency/imports/blockTable.ts';
import { toMeasurement } from '../../../core/latency/imports/toMeasurement.ts';
import { readLatencyTable, sumOfMeasuredBlocks, type LatencyTable } from '../../../core/latency/lut/table.ts';
import { predictLatency } from '../../../core/latency/predict.ts';
import { elasticVit } from '../../../core/spaces/elasticvit/space.ts';

const path = fileURLToPath(new URL('../../../../shared/data/phones/pixel6_lut_ln_v3.json', import.meta.url));
const isThere = existsSync(path);
const target = { device: 'Pixel 6', runtime: { name: 'tflite' }, provider: 'cpu', threads: 1, precision: 'float32' } as const;
const random = new Random('blocks alone');
const sampled = (count: number) => Array.from({ length: count }, () => elasticVit.lower(elasticVit.sample(random)));

describe.skipIf(!isThere)(`calibrating from a table of blocks alone${isThere ? '' : ' (skipped: ../shared/data/phones is not there)'}`, () => {
  let table: LatencyTable;
  let model: DeviceModel;
  const networks = sampled(60);
  beforeAll(() => {
    table = readLatencyTable(path);
    // One entry in ten, as a person might have measured: the fit of all takes a minute.
    const some = random.shuffled(Object.entries(table)).filter(([key], i) => i % 10 === 0 || key.startsWith('firstconv'));
    const placed = readBlockTable(JSON.stringify(Object.fromEntries(some)), 'table.json').map((imported) => ({ measurement: toMeasurement(imported, target, undefined, 'test'), place: imported.place }));
    model = calibrateDevice(placed, { name: 'blocks', command: 'test', seed: '1', reference: sampled(100), known: [], random: new Random(1) });
  }, 60_000);

  it('predicts sums of the table\'s blocks, most of which it never saw, about as the model fitted to all of them', () => {
    const errors = (device: DeviceModel) => networks.map((network) => Math.abs(predictLatency(device, network).latencyMs / sumOfMeasuredBlocks(network, table) - 1));
    const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    const [few, all] = [errors(model), errors(loadDevice('pixel6'))].map(mean);
    expect(few).toBeLessThan(0.02);
    expect(few).toBeGreaterThan(all / 2);
    expect(100 * few).toBeLessThan(2 * model.evaluations[0].errors.mapePercent + 0.5);
  });

  it('makes a file that says what was not measured, with an interval no narrower than the assumption about it', () => {
    expect(parseDeviceModel(JSON.stringify(model), 'copy')).toEqual(model);
    expect(model).toMatchObject({ measurements: { networks: 0 }, baselines: [], interval: { networks: 50, method: expect.stringContaining('an assumed deviation of 5 %') as unknown } });
    expect(model.speaksFor[0]).toContain('no whole network was measured');
    // 1.645 deviations of 5 %.
    expect(model.interval.logHalfWidth).toBeGreaterThan(0.082);
    expect(model.interval.logHalfWidth).toBeLessThan(0.1);
    const inside = networks.filter((network) => {
      const { lowMs, highMs } = predictLatency(model, network);
      const ms = sumOfMeasuredBlocks(network, table);
      return lowMs <= ms && ms <= highMs;
    });
    expect(inside).toHaveLength(networks.length);
  });
});
