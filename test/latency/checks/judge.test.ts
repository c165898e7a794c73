import { describe, expect, it } from 'vitest';
import { Random } from '../../../core/base/random.ts';
import { calibrateDevice } from '../../../core/latency/calibration/calibrateDevice.ts';
import { checksOf } from '../../../core/latency/checks/checks.ts';
import { judge } from '../../../core/latency/checks/judge.ts';
import { judgementText } from '../../../core/latency/checks/verdictText.ts';
import { loadDevice } from '../../../core/latency/devices.ts';
import type { PlacedMeasurement } from '../../../core/latency/measurements/parseMeasurements.ts';
import type { Measurement, Target } from '../../../core/latency/measurements/record.ts';
import { modelHash } from '../../../core/latency/modelHash.ts';
import { elasticVitMini } from '../../../core/spaces/elasticvit/space.ts';
import { exactSumMs } from '../calibration/madeUpPhone.ts';

const random = new Random('judged');
const archs = Array.from({ length: 40 }, () => elasticVitMini.sample(random));
const lower = (arch: typeof archs[0]) => elasticVitMini.lower(arch, { classes: 10 });
const target: Target = {
  device: 'Made-up phone', operatingSystem: 'Android 13', runtime: { name: 'onnxruntime', version: '1.30.0' }, provider: 'cpu', threads: 1, precision: 'float32',
};
const reference = (medianMs: number) => ({ sha256: 'a'.repeat(64), medianMs });

function measured(arch: typeof archs[0], change: Partial<Measurement> = {}, factor = 1): PlacedMeasurement {
  const measurement: Measurement = {
    format: 'pocketformer-measurement', version: 1, model: { name: 'model' },
    of: { kind: 'network', space: 'elasticvit-mini', arch: arch as never, resolution: arch.resolution, classes: 10 },
    target, way: 'adb', session: 'later', measuredAt: '2026-11-20T10:00:00Z', protocol: { version: 1 }, timing: { kind: 'summary', statistic: 'median' },
    latencyMs: factor * exactSumMs(lower(arch).blocks), spread: null, flags: [], ...change,
  };
  return { measurement, place: 'test' };
}

const noise = new Random('noise');
const calibration = archs.slice(0, 30).map((arch) =>
  measured(arch, { session: 'calibration', measuredAt: '2026-11-01T10:00:00Z', reference: reference(2) }, Math.exp(0.03 * noise.normal())));
const model = calibrateDevice(calibration, {
  name: 'made-up', command: 'test', seed: '1', known: [], random: new Random('fit'), reference: archs.slice(30).map(lower),
});
const fresh = archs.slice(30);
const halfWidth = Math.exp(model.interval.logHalfWidth);
const judged = (placed: readonly PlacedMeasurement[]) => judge(model, checksOf(model, placed)[0])!;

describe('a device model judged by networks that were measured later', () => {
  it('fits where they take what it says', () => {
    const { verdict, networks, inside, reasons, errors, measuredOn } = judged(fresh.slice(0, 6).map((arch) => measured(arch)));
    expect({ verdict, networks, inside, reasons, measuredOn }).toEqual({ verdict: 'fits', networks: 6, inside: 6, reasons: [], measuredOn: '2026-11-20' });
    expect(errors!.mapePercent).toBeLessThan(100 * (halfWidth - 1));
  });

  it('is stale when more lie outside their intervals than chance allows', () => {
    // All of five: 0.1^5, which is one in a hundred thousand.
    const { verdict, chance, reasons, bias } = judged(fresh.slice(0, 5).map((arch) => measured(arch, {}, 1.5)));
    expect(verdict).toBe('stale');
    expect(chance).toBeCloseTo(1e-5, 12);
    expect(reasons.map(({ code }) => code)).toEqual(['outside-interval', 'biased']);
    expect(bias!.percent).toBeGreaterThan(30);
    expect(judgementText(judged(fresh.slice(0, 5).map((arch) => measured(arch, {}, 1.5))))).toMatch(/5 measured: mean error 3\d\.\d %, 0 of 5 inside .* stale: 5 of 5 measured networks lie outside/);
  });

  it('is not accused by a single network outside, which chance makes in one of ten', () => {
    const { verdict, chance, inside } = judged([measured(fresh[0], {}, 1.5)]);
    expect({ verdict, inside }).toEqual({ verdict: 'fits', inside: 0 });
    expect(chance).toBeCloseTo(0.1, 12);
  });

  it('is biased when all are slower by somewhat the same, though inside their intervals', () => {
    const factor = halfWidth ** 0.5;
    const exact = fresh.slice(0, 6).map((arch) => measured(arch));
    const placed = exact.map(({ measurement, place }, i) => {
      const predicted = checksOf(model, exact)[0].checks[i].latencyMs;
      return { measurement: { ...measurement, latencyMs: predicted * factor * (1 + 0.0005 * i) }, place };
    });
    const { verdict, inside, bias, reasons } = judged(placed);
    expect({ verdict, inside, codes: reasons.map(({ code }) => code) }).toEqual({ verdict: 'biased', inside: 6, codes: ['biased'] });
    expect(bias!.percent).toBeCloseTo(100 * (factor * 1.00125 - 1), 1);
    expect(bias!.lowPercent).toBeLessThan(bias!.percent);
  });

  it('is stale when the reference model moved beyond the drift gate, and not within it', () => {
    const at = (medianMs: number) => judged(fresh.slice(0, 3).map((arch) => measured(arch, { reference: reference(medianMs) })));
    expect(at(2.09).verdict).toBe('fits');
    expect(at(2.2).reasons).toEqual([{ code: 'reference-moved', text: 'the reference model takes 1.10 times what it took at calibration' }]);
    expect(at(1.8).verdict).toBe('stale');
    // Another reference model tells nothing.
    expect(judged([measured(fresh[0], { reference: { ...reference(9), sha256: 'b'.repeat(64) } })]).verdict).toBe('fits');
  });

  it('is stale after an update of runtime or system, and says which', () => {
    const updated = { ...target, operatingSystem: 'Android 14', runtime: { name: 'onnxruntime', version: '1.31.0' } };
    const { verdict, reasons } = judged(fresh.slice(0, 3).map((arch) => measured(arch, { target: updated })));
    expect(verdict).toBe('stale');
    expect(reasons[0].text).toBe('operating system Android 14 instead of Android 13, runtime version 1.31.0 instead of 1.30.0 since calibration');
  });

  it('is not judged by other devices or settings, and never by two targets together', () => {
    const others = [{ ...target, threads: 2 }, { ...target, device: 'Other phone' }, { ...target, precision: 'int8' as const }];
    const groups = checksOf(model, [measured(fresh[0]), ...others.map((other) => measured(fresh[1], { target: other }))]);
    expect(groups).toHaveLength(4);
    expect(groups.map((group) => judge(model, group)?.verdict)).toEqual(['fits', undefined, undefined, undefined]);
    expect(groups[1].match!.foreign).toEqual([{ field: 'threads', left: 1, right: 2 }]);
  });

  it('is not judged by what it was fitted to, nor by doubtful measurements, and by the latest of each network', () => {
    expect(checksOf(model, calibration)).toEqual([]);
    const doubtful = fresh.slice(0, 5).map((arch) => measured(arch, { flags: ['rounds-disagree'] }, 2));
    expect(judged(doubtful)).toMatchObject({ verdict: 'untested', networks: 0, doubtful: 5 });
    const again = [measured(fresh[0], { measuredAt: '2026-11-21T10:00:00Z' }), measured(fresh[0], {}, 3)];
    expect(judged(again)).toMatchObject({ networks: 1, inside: 1, measuredOn: '2026-11-21' });
  });

  it('cannot be judged where it does not tell what was measured, as models of published tables', () => {
    const published = loadDevice('pixel4');
    const [group] = checksOf(published, [measured(fresh[0])]);
    expect(group.match).toBeUndefined();
    expect(judge(published, group)).toBeUndefined();
  });
});

describe("a device model's evidence and hash", () => {
  it('name the sessions it was fitted to, with what the reference model took', () => {
    expect(model.measurements.evidence).toEqual([{ way: 'adb', session: 'calibration', networks: 30, parts: 0, measuredOn: '2026-11-01', reference: reference(2) }]);
  });

  it('stay with what it says, not with the layout of its file', () => {
    const reversed = Object.fromEntries(Object.entries(model).reverse()) as typeof model;
    expect(modelHash(reversed)).toBe(modelHash(model));
    expect(modelHash({ ...model, network: { scale: 2, biasMs: 0 } })).not.toBe(modelHash(model));
  });
});
