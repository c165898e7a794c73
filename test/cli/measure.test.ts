import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { calibrateDevice } from '../../core/latency/calibration/calibrateDevice.ts';
import { formatJson } from '../../core/latency/formatJson.ts';
import type { PlacedMeasurement } from '../../core/latency/measurements/parseMeasurements.ts';
import type { Target } from '../../core/latency/measurements/record.ts';
import { hostTitle } from '../../core/latency/profilers/host/hostProfiler.ts';
import { Random } from '../../core/base/random.ts';
import { elasticVitMini } from '../../core/spaces/elasticvit/space.ts';
import { measuredOf } from '../../core/api/handlers/measured.ts';
import { measureBestJob } from '../../core/study/checks/measureBestJob.ts';
import { wayOfDevice } from '../../core/study/checks/wayOfDevice.ts';
import { readStudy } from '../../core/study/folder.ts';
import { PauseGate } from '../../core/study/run/pauseGate.ts';
import { briefHostCalibration, calibrationRecords, hostTarget, madeUpModel, measuredStudy, target as madeUpTarget } from '../study/checks/measuredStudy.ts';
import { cli, complaint, jsonLines, scratchFolder } from './harness.ts';

const folder = scratchFolder();
/** Enough to see what it does; far too little to measure. */
const briefly = ['--rounds', '2', '--runs', '3', '--seconds', '0.01', '--max-drift', '10000', '--cool-down', '0.01'];
const report = z.object({
  session: z.string(), match: z.object({ foreign: z.array(z.unknown()), updated: z.array(z.unknown()) }),
  checks: z.array(z.object({
    id: z.string(), predicted: z.object({ latencyMs: z.number(), lowMs: z.number(), highMs: z.number() }),
    measured: z.object({ latencyMs: z.number(), flags: z.array(z.string()) }), errorPercent: z.number(), isInside: z.boolean(),
  })),
  failures: z.array(z.unknown()), judgement: z.object({ verdict: z.string(), networks: z.number(), doubtful: z.number() }).nullable(),
});
let study: string;
let modelPath: string;
const measure = (...args: string[]) => ['measure', study, '--device', 'made-up', '--on', 'host', ...briefly, ...args];

beforeAll(async () => {
  ({ directory: study, modelPath } = await measuredStudy(join(folder, 'host'), madeUpModel(await hostTarget())));
}, 120_000);

describe('measure, on this machine', () => {
  it('measures the exported models, and keeps session, list and judgement', async () => {
    const [{ session, match, checks, failures, judgement }] = await jsonLines(report, measure());
    expect({ session, match, failures }).toEqual({ session: join(study, 'measured', 'made-up', '1'), match: { foreign: [], updated: [] }, failures: [] });
    expect(checks.length).toBeGreaterThan(0);
    for (const { predicted, measured: { latencyMs, flags }, errorPercent, isInside } of checks) {
      expect(errorPercent).toBeCloseTo(100 * (predicted.latencyMs / latencyMs - 1), 2);
      expect(isInside).toBe(predicted.lowMs <= latencyMs && latencyMs <= predicted.highMs);
      expect(flags).not.toContain('unverified-output');
    }
    expect(judgement!.networks + judgement!.doubtful).toBe(checks.length);
    expect(existsSync(modelPath.replace('.json', '.checks.jsonl'))).toBe(true);
    const markdown = readFileSync(join(study, 'results', 'measured.md'), 'utf8');
    for (const { id, isInside } of checks) expect(markdown).toMatch(new RegExp(`\\| ${id} \\| .* \\| ${isInside ? 'yes' : 'no'} \\|`));
    // The picture's legend names what it shows: diamonds for what was measured.
    expect(readFileSync(join(study, 'results', 'measured.svg'), 'utf8')).toContain('>measured<');
  }, 60_000);

  it('shows measured beside predicted in the report, as text and as JSON', async () => {
    const { stdout } = await cli(['report', study]);
    expect(stdout).toMatch(/ id .* latency \(interval\) +measured +MACs/);
    expect(stdout).toMatch(/ms \([\d.]+ to [\d.]+\) +[\d.]+ ms, [\d.]+ % (more|less)/);
    expect(stdout).toContain('made-up, ');
    const [{ measured }] = await jsonLines(z.object({ measured: z.array(z.object({ device: z.string(), isChanged: z.boolean(), targets: z.array(z.unknown()) })) }), ['report', study]);
    expect(measured).toEqual([{ device: 'made-up', isChanged: false, targets: [expect.anything()] }]);
  });

  it('refuses other settings with what differs before it measures, and unknown names', async () => {
    expect(await complaint(measure('--threads', '2', '--quiet'))).toMatch(/threads 2 instead of 1.*--other-target/);
    expect(await complaint(['measure', study, '--device', 'pixel6', ...briefly, '--quiet'])).toContain('published table');
    expect(await complaint(['measure', study, '--device', 'pixel9', ...briefly])).toContain('has no device "pixel9"; expected made-up or pixel6');
    expect(await complaint(measure('--ids', 'xyz'))).toContain('--ids: expected ids');
    expect(await complaint(measure('--runner', 'x'))).toContain('measure: --runner goes with --on adb');
    expect(await complaint(measure('--refit', modelPath))).toContain('is there already');
  }, 60_000);
});

describe('the same from the window', () => {
  it('measures in the way that the calibration beside the model tells, and shows what came of it', async () => {
    writeFileSync(join(folder, 'host', 'calibration.json'), JSON.stringify(briefHostCalibration));
    const words: string[] = [];
    const outcome = await measureBestJob({ directory: study, device: 'made-up', count: 2 }, {
      signal: new AbortController().signal, gate: new PauseGate(), onProgress: ({ note = '' }) => words.push(note), log: (text) => words.push(text), onPage: () => undefined,
    });
    expect(outcome).toEqual({ measured: 2, failed: 0 });
    expect(words).toContainEqual(expect.stringMatching(/^round 4 of 4, [0-9a-f]{8}/));
    const { devices } = await measuredOf(study);
    expect(devices.map(({ device, problem }) => ({ device, problem }))).toEqual([{ device: 'made-up', problem: null }, { device: 'pixel6', problem: null }]);
    const [own, published] = devices;
    expect(own.obstacle).toBeNull();
    expect(own.targets).toHaveLength(1);
    expect(own.targets[0]).toMatchObject({ isOwn: true, verdict: own.state.verdict });
    for (const { predictedMs, measuredMs, errorPercent } of own.targets[0].rows) expect(errorPercent).toBeCloseTo(100 * (predictedMs / measuredMs - 1), 8);
    expect(published).toMatchObject({ targets: [], obstacle: expect.stringContaining('model of a published table') as unknown, state: { verdict: 'untested' } });
  }, 60_000);

  it.each<[string, Partial<Target>, object]>([
    ['a browser, named as at calibration', { runtime: { name: 'onnxruntime-web', version: '1.30.0' }, provider: 'wasm', threads: 4 },
      { on: { way: 'browser', provider: 'wasm', network: true, https: true }, told: { device: 'Made-up phone' }, threads: 4 }],
    ['this machine', { runtime: { name: 'onnxruntime-node' }, spinning: true, affinity: [1] }, { on: { way: 'host', spinning: true }, threads: 1, processors: [1] }],
  ])('finds the way back to %s from the model alone', async (_what, change, expected) => {
    const model = { ...madeUpModel(), target: { ...madeUpTarget, ...change } };
    expect(await wayOfDevice({ name: 'x', model })).toMatchObject(expected);
  });

  it('says what to do where the model does not tell how to reach the device', async () => {
    await expect(wayOfDevice({ name: 'phone', model: madeUpModel() })).rejects.toThrow('phone was measured with onnxruntime, and its file does not tell how to reach the device. Measure with "pocketformer measure"');
  });
});

describe('what follows from measured winners', () => {
  const placed = (factor: number, session: string, count = 8): PlacedMeasurement['measurement'][] =>
    calibrationRecords(madeUpTarget, count).map((record) => ({ ...record, session, measuredAt: '2026-11-20T10:00:00Z', latencyMs: factor * record.latencyMs }));
  const lines = (records: readonly object[]) => records.map((record) => `${JSON.stringify(record)}\n`).join('');
  const path = join(folder, 'phone.json');
  const [slower, calibration] = [join(folder, 'phone.checks.jsonl'), join(folder, 'calibration.jsonl')];
  beforeAll(() => {
    writeFileSync(path, formatJson(madeUpModel(madeUpTarget, 'phone')));
    writeFileSync(calibration, lines(calibrationRecords()));
    writeFileSync(slower, lines(placed(1.3, 'later')));
  });

  it('predict says that a model is stale', async () => {
    const { stderr, code } = await cli(['predict', '--space', 'elasticvit-mini', '--device', path, '--archs', 'min']);
    expect(code).toBe(0);
    expect(stderr).toMatch(/phone: The model is stale: 8 of 8 measured networks lie outside their 90 % interval/);
  });

  it('calibrate --refit adds them as a new model, which then fits, and never replaces a file', async () => {
    const out = join(folder, 'phone-2.json');
    const refit = ['calibrate', '--space', 'elasticvit-mini', '--refit', path, '--measurements', slower, '--out', out];
    const { stderr, code } = await cli(refit);
    expect(code).toBe(0);
    expect(stderr).toContain('8 measurements added to phone, which stands for what it was fitted to.');
    // What took 1.3 times as long was predicted by 1 - 1/1.3 = 23 % too little, but for the 3 % that each measurement is off.
    expect(stderr).toMatch(/On 8 networks measured since, each unknown to what predicts it, the mean error was 2\d\.\d % and is [0-9]\.\d %\./);
    expect(await complaint(refit)).toContain('phone-2.json: is there already');
    const all = await cli(['calibrate', '--space', 'elasticvit-mini', '--refit', path, '--measurements', calibration, slower, '--out', join(folder, 'phone-3.json')]);
    expect(all.stderr).toContain('All that phone was fitted to and 8 measurements more are fitted anew.');
    writeFileSync(join(folder, 'phone-2.checks.jsonl'), lines(placed(1.3, 'latest')));
    const { stderr: silence } = await cli(['predict', '--space', 'elasticvit-mini', '--device', out, '--archs', 'min']);
    expect(silence).not.toContain('stale');
  });

  it('report --with shows the fronts as another model of the device has them, and a changed model is said', async () => {
    const front = z.object({ result: z.object({ devices: z.array(z.object({ device: z.string(), front: z.array(z.object({ latencyMs: z.number() })) })) }) });
    const [before] = await jsonLines(front, ['report', study]);
    const text = readFileSync(modelPath, 'utf8');
    const slow = join(folder, 'made-up-slow.json');
    const model = JSON.parse(text) as { network: { scale: number } };
    writeFileSync(slow, JSON.stringify({ ...model, name: 'made-up-slow', network: { ...model.network, scale: 2 } }));
    const [after] = await jsonLines(front, ['report', study, '--with', slow, '--quiet']);
    // Everything takes twice as long, so the same architectures are on the front.
    const latencies = ({ result }: typeof before) => result.devices.find(({ device }) => device === 'made-up')!.front.map(({ latencyMs }) => latencyMs);
    expect(latencies(after)).toHaveLength(latencies(before).length);
    latencies(after).forEach((ms, i) => expect(ms).toBeCloseTo(2 * latencies(before)[i], 4));
    writeFileSync(modelPath, readFileSync(slow, 'utf8').replace('made-up-slow', 'made-up'));
    expect((await cli(['report', study])).stdout).toContain('made-up: its device model has changed since the search');
    writeFileSync(modelPath, text);
    expect(await complaint(['report', study, '--with', path, '--quiet'])).toContain("is a model of none of the study's devices");
    expect((await readStudy(study)).info.status).toBe('finished');
  });

  it('a host model of another version of the runtime is stale on this machine', async () => {
    const target = { ...await hostTarget(), runtime: { name: 'onnxruntime-node', version: '1.0.0', build: 'npm' } };
    expect(target.device).toBe(hostTitle(cpus()));
    const records = calibrationRecords(target).map((measurement, i) => ({ measurement, place: `${i}` }));
    const old = join(folder, 'old-host.json');
    writeFileSync(old, formatJson(calibrateDevice(records, {
      name: 'old-host', command: 'test', seed: '1', known: [], random: new Random('fit'), reference: [elasticVitMini.lower(elasticVitMini.networks.min, { classes: 10 })],
    })));
    const { stderr } = await cli(['predict', '--space', 'elasticvit-mini', '--device', old, '--archs', 'min']);
    expect(stderr).toMatch(/old-host: The model is stale: it was measured with onnxruntime-node 1\.0\.0, and [\d.]+ is installed here now/);
  });
});
