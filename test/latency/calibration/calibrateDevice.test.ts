import { describe, expect, it } from 'vitest';
import { Random } from '../../../core/base/random.ts';
import { calibrateDevice } from '../../../core/latency/calibration/calibrateDevice.ts';
import { parseDeviceModel } from '../../../core/latency/deviceModel.ts';
import { loadDevice } from '../../../core/latency/devices.ts';
import { LatencyTable } from '../../../core/latency/latencyTable.ts';
import { parseMeasurements } from '../../../core/latency/measurements/parseMeasurements.ts';
import type { Measurement } from '../../../core/latency/measurements/record.ts';
import { predictLatency } from '../../../core/latency/predict.ts';
import { getSpace } from '../../../core/spaces/index.ts';
import { exactMs, exactSumMs } from './madeUpPhone.ts';

const space = getSpace('elasticvit');
const draws = new Random('measured');
const archs = Array.from({ length: 40 }, () => space.sample(draws));
const reference = Array.from({ length: 30 }, () => space.lower(space.sample(draws)));
const target: Measurement['target'] = { device: 'Made-up phone', runtime: { name: 'onnxruntime' }, provider: 'cpu', threads: 1, precision: 'float32' };

function record(of: Measurement['of'], latencyMs: number, changes: Partial<Measurement> = {}): Measurement {
  return {
    format: 'pocketformer-measurement', version: 1, model: { name: 'model' }, of, target, way: 'import', protocol: { version: 0 },
    timing: { kind: 'summary', statistic: 'median' }, latencyMs, spread: null, flags: ['summary-only'], ...changes,
  };
}

const subject = (arch: unknown) => ({ space: space.id, arch: arch as never, resolution: space.lower(arch).resolution, classes: 1000 });
const networkRecord = (arch: unknown) => record({ kind: 'network', ...subject(arch) }, exactSumMs(space.lower(arch).blocks));
const probeRecord = (arch: unknown, place: number) => {
  const block = space.lower(arch).blocks[place];
  return record({ kind: 'blocks', ...subject(arch), blocks: [block.name] }, exactMs(block));
};
const placed = (records: readonly Measurement[]) => parseMeasurements(records.map((each) => JSON.stringify(each)).join('\n'), 'phone.jsonl');
const options = () => ({ name: 'made-up', command: 'test', seed: '1', reference, known: [], random: new Random('calibrate') });

describe('calibrating a device', () => {
  const model = calibrateDevice(placed(archs.slice(0, 12).map(networkRecord)), options());

  it('makes a model that reads back from its file, says what it was made of and errs less than counting MACs', () => {
    expect(parseDeviceModel(JSON.stringify(model), 'copy')).toEqual(model);
    expect(model).toMatchObject({ device: { title: 'Made-up phone' }, target, measurements: { networks: 12, blocks: 0 }, interval: { networks: 12 } });
    const [{ errors }] = model.evaluations;
    expect(errors.count).toBe(12);
    for (const baseline of model.baselines) expect(errors.mapePercent).toBeLessThan(baseline.errors.mapePercent);
    expect(model.heldOut?.pairs).toHaveLength(12);
  });

  it('predicts unseen networks about as its report says', () => {
    const errors = archs.slice(12).map((arch) => {
      const { blocks } = space.lower(arch);
      return 100 * Math.abs(predictLatency(model, space.lower(arch)).latencyMs / exactSumMs(blocks) - 1);
    });
    const mape = errors.reduce((sum, error) => sum + error, 0) / errors.length;
    expect(mape).toBeLessThan(2.5 * model.evaluations[0].errors.mapePercent);
  });

  it('is the same from the same measurements and seed', () => {
    expect(calibrateDevice(placed(archs.slice(0, 12).map(networkRecord)), options())).toEqual(model);
  });

  it('learns from blocks measured alone', () => {
    const probes = archs.slice(12, 20).flatMap((arch) => [1, 4, 7, 10, 13].map((place) => probeRecord(arch, place)));
    const probed = calibrateDevice(placed([...archs.slice(0, 12).map(networkRecord), ...probes]), options());
    expect(probed.measurements).toMatchObject({ networks: 12, blocks: probes.length });
    expect(probed.evaluations[0].errors.mapePercent).toBeLessThan(model.evaluations[0].errors.mapePercent / 2);
  });

  it('counts several measurements of one network as one', () => {
    const twice = archs.slice(0, 5).map(networkRecord);
    const { measurements, evaluations } = calibrateDevice(placed([...twice, ...twice.map((each) => ({ ...each, session: 'next day' }))]), options());
    expect(measurements.networks).toBe(5);
    expect(evaluations[0].errors.count).toBe(5);
  });

  it('takes from profiles what shares blocks have, never how long they made a run take', () => {
    const networks = archs.slice(0, 12).map(networkRecord);
    const profiles = archs.slice(0, 12).map((arch, i) => ({
      ...networks[i], latencyMs: 3 * networks[i].latencyMs, flags: ['profiled' as const], blockTimes: {
        source: 'profile', runs: 10, unattributedMs: 0, blocks: space.lower(arch).blocks.map((block) => ({ name: block.name, ms: 3 * exactMs(block) })),
      },
    }));
    const profiled = calibrateDevice(placed([...networks, ...profiles]), options());
    expect(profiled.measurements.networks).toBe(12);
    expect(profiled.evaluations[0].errors.mapePercent).toBeLessThan(model.evaluations[0].errors.mapePercent / 2);
    expect(() => calibrateDevice(placed(profiles), options())).toThrow(/of 0 whole networks without a profile/);
  });

  it('keeps known devices it starts from in the model, which a search looks up as it predicts', () => {
    const known = [loadDevice('pixel4'), loadDevice('xiaomi11')];
    const transferred = calibrateDevice(placed(archs.slice(0, 4).map(networkRecord)), { ...options(), known });
    expect(transferred.kinds.ffn?.transferred?.map(({ from }) => from)).toEqual(['pixel4', 'xiaomi11']);
    expect(parseDeviceModel(JSON.stringify(transferred), 'copy')).toEqual(transferred);
    const mini = getSpace('elasticvit-mini');
    const table = new LatencyTable(mini, [transferred], 10);
    const arch = mini.sample(draws);
    const { latencyMs, lowMs, highMs } = predictLatency(transferred, mini.lower(arch, { classes: 10 }));
    const [looked] = table.predict(arch);
    [latencyMs, lowMs, highMs].forEach((value, i) => expect([looked.latencyMs, looked.lowMs, looked.highMs][i]).toBeCloseTo(value, 9));
  });

  it('calibrates a space of which a known device knows few kinds of blocks, starting from typical rates for the others', () => {
    const pit = getSpace('pit-ti');
    const some = Array.from({ length: 12 }, () => pit.sample(draws));
    const records = some.map((arch) => record(
      { kind: 'network', space: pit.id, arch: arch as never, resolution: pit.lower(arch).resolution, classes: 1000 }, exactSumMs(pit.lower(arch).blocks)));
    const calibrated = calibrateDevice(placed(records), { ...options(), known: [loadDevice('pixel4')], reference: some.map((arch) => pit.lower(arch)) });
    expect(calibrated.evaluations[0].errors.mapePercent).toBeLessThan(2);
    expect(predictLatency(calibrated, pit.lower(some[0])).outOfRange).toEqual([]);
  });

  it.each<[string, Partial<Measurement['target']>]>([
    ['device', { device: 'Another phone' }], ['runtime.version', { runtime: { name: 'onnxruntime', version: '1.2' } }],
    ['precision', { precision: 'int8' }], ['threads', { threads: 4 }],
  ])('refuses a mixture that differs in its %s, naming both places', (field, change) => {
    const records = archs.slice(0, 5).map(networkRecord);
    const mixed = placed([...records.slice(0, 4), { ...records[4], target: { ...target, ...change } }]);
    expect(() => calibrateDevice(mixed, options())).toThrow(new RegExp(`phone\\.jsonl:5: target\\.${field} .*phone\\.jsonl:1`));
  });

  it('refuses one or two whole networks, however many blocks there are, and blocks alone of some kinds only', () => {
    const records = [...archs.slice(0, 2).map(networkRecord), probeRecord(archs[3], 2), probeRecord(archs[4], 2)];
    expect(() => calibrateDevice(placed(records), options())).toThrow(/of 2 whole networks; expected at least 3/);
    expect(() => calibrateDevice(placed(records.slice(2)), options())).toThrow(expect.objectContaining({ code: 'too-few-blocks', message: expect.stringMatching(/fewer of conv, .*pooledHead/) as unknown }));
  });
});
