import { describe, expect, it } from 'vitest';
import { InputError } from '../../../core/base/errors.ts';
import { Random } from '../../../core/base/random.ts';
import { calibrateDevice } from '../../../core/latency/calibration/calibrateDevice.ts';
import { refitDevice } from '../../../core/latency/calibration/refitDevice.ts';
import { loadDevice } from '../../../core/latency/devices.ts';
import { mean } from '../../../core/latency/errorReport.ts';
import type { PlacedMeasurement } from '../../../core/latency/measurements/parseMeasurements.ts';
import type { Measurement, Target } from '../../../core/latency/measurements/record.ts';
import { modelHash } from '../../../core/latency/modelHash.ts';
import { predictLatency } from '../../../core/latency/predict.ts';
import { elasticVitMini } from '../../../core/spaces/elasticvit/space.ts';
import { exactSumMs } from './madeUpPhone.ts';

const target: Target = { device: 'Made-up phone', runtime: { name: 'onnxruntime', version: '1.30.0' }, provider: 'cpu', threads: 1, precision: 'float32' };
const random = new Random('refit');
const archs = Array.from({ length: 60 }, () => elasticVitMini.sample(random));
const lower = (arch: typeof archs[0]) => elasticVitMini.lower(arch, { classes: 10 });

function measured(arch: typeof archs[0], session: string | undefined, factor = 1, change: Partial<Measurement> = {}): PlacedMeasurement {
  const measurement: Measurement = {
    format: 'pocketformer-measurement', version: 1, model: { name: 'model' },
    of: { kind: 'network', space: 'elasticvit-mini', arch: arch as never, resolution: arch.resolution, classes: 10 },
    target, way: 'adb', ...(session !== undefined && { session }), protocol: { version: 1 }, timing: { kind: 'summary', statistic: 'median' },
    latencyMs: factor * exactSumMs(lower(arch).blocks) * Math.exp(0.01 * random.normal()), spread: null, flags: [], ...change,
  };
  return { measurement, place: `${session}:1` };
}

const options = () => ({ name: 'made-up', command: 'test', seed: '1', known: [], random: new Random('fit'), reference: archs.slice(30, 50).map(lower) });
const first = archs.slice(0, 20).map((arch) => measured(arch, 'monday'));
const earlier = calibrateDevice(first, options());
const unseen = archs.slice(50);
/** Mean error in per cent on networks that no fit saw, on a device that takes `factor` times as long as at first. */
const errorOf = (model: typeof earlier, factor: number) => 100 * mean(unseen.map((arch) => {
  const exact = factor * exactSumMs(lower(arch).blocks);
  return Math.abs(predictLatency(model, lower(arch)).latencyMs - exact) / exact;
}));

const refusal = (act: () => unknown) => {
  try {
    act();
  } catch (error) {
    if (error instanceof InputError) return error;
  }
  throw new Error('expected a refusal');
};

describe('adding measurements to a device model', () => {
  it('follows a device that became slower, from a few networks alone', () => {
    const winners = archs.slice(20, 26).map((arch) => measured(arch, 'friday', 1.15));
    const { model, isFromMeasurements, added } = refitDevice(earlier, winners, options());
    expect({ isFromMeasurements, added }).toEqual({ isFromMeasurements: false, added: 6 });
    expect(errorOf(earlier, 1.15)).toBeGreaterThan(11);
    expect(errorOf(model, 1.15)).toBeLessThan(3);
    // Its errors are those of the six, each predicted without its own latency.
    expect(model.evaluations[0].errors).toMatchObject({ count: 6 });
    expect(model.evaluations[0].errors.mapePercent).toBeLessThan(5);
  });

  it('lists all evidence, says what it knows through the earlier model alone, and keeps its ranges', () => {
    const { model } = refitDevice(earlier, archs.slice(20, 24).map((arch) => measured(arch, 'friday')), options());
    expect(model.measurements).toMatchObject({ networks: 24, notes: expect.stringContaining('20 networks and 0 blocks are known through the earlier model made-up alone') as unknown });
    expect(model.measurements.evidence).toEqual([
      { way: 'adb', session: 'monday', networks: 20, parts: 0, throughModel: modelHash(earlier) }, { way: 'adb', session: 'friday', networks: 4, parts: 0 },
    ]);
    for (const [kind, { ranges, measuredBlocks }] of Object.entries(earlier.kinds)) {
      const now = model.kinds[kind as keyof typeof model.kinds]!;
      expect(now.measuredBlocks).toBeGreaterThan(measuredBlocks);
      for (const [feature, [low, high]] of Object.entries(ranges)) {
        expect(now.ranges[feature][0]).toBeLessThanOrEqual(low);
        expect(now.ranges[feature][1]).toBeGreaterThanOrEqual(high);
      }
    }
  });

  it('fits everything anew where the earlier measurements are there, as a calibration of all of them does', () => {
    const more = archs.slice(20, 24).map((arch) => measured(arch, 'friday'));
    const { model, isFromMeasurements, added } = refitDevice(earlier, [...first, ...more], options());
    expect({ isFromMeasurements, added }).toEqual({ isFromMeasurements: true, added: 4 });
    expect(model).toEqual(calibrateDevice([...first, ...more], options()));
  });

  it('does not count twice what the earlier model knows', () => {
    const more = archs.slice(20, 24).map((arch) => measured(arch, 'friday'));
    const twice = refitDevice(refitDevice(earlier, more, options()).model, [...more, ...archs.slice(24, 28).map((arch) => measured(arch, 'sunday'))], options());
    expect(twice).toMatchObject({ isFromMeasurements: false, added: 4 });
    expect(twice.model.measurements.evidence!.map(({ session }) => session)).toEqual(['monday', 'friday', 'sunday']);
    expect(refusal(() => refitDevice(earlier, first.slice(0, 5), options()))).toMatchObject({ code: 'nothing-new' });
  });

  it.each<[string, Target, string]>([
    ['two threads', { ...target, threads: 2 }, 'threads 2 instead of 1'],
    ['another device', { ...target, device: 'Other phone' }, 'device Other phone instead of Made-up phone'],
    ['an updated runtime', { ...target, runtime: { name: 'onnxruntime', version: '1.31.0' } }, 'runtime version 1.31.0 instead of 1.30.0'],
  ])('refuses measurements with %s before any fit', (_what, other, words) => {
    const mixed = [...archs.slice(20, 24).map((arch) => measured(arch, 'friday')), measured(archs[25], 'friday', 1, { target: other })];
    const { code, message } = refusal(() => refitDevice(earlier, mixed, options()));
    expect(code).toBe('mixed-measurements');
    expect(message).toContain(words);
  });

  it('refuses a model of a published table, and fewer than three networks', () => {
    expect(refusal(() => refitDevice(loadDevice('pixel4'), first, options()))).toMatchObject({ code: 'no-target' });
    expect(refusal(() => refitDevice(earlier, archs.slice(20, 22).map((arch) => measured(arch, 'friday')), options()))).toMatchObject({ code: 'too-few-networks' });
  });
});
