import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { encodeModel } from '../../../core/graph/onnx/model.ts';
import { modelFacts } from '../../../core/latency/measurements/modelFile.ts';
import { hostCondition } from '../../../core/latency/profilers/host/hostCondition.ts';
import { hostProfiler } from '../../../core/latency/profilers/host/hostProfiler.ts';
import type { ModelToMeasure } from '../../../core/latency/profilers/profiler.ts';

const folder = mkdtempSync(join(tmpdir(), 'pocketformer-host-'));
afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));
const short = { warmUp: { runs: 2, seconds: 0 }, timed: { runs: 7, seconds: 0 } };

/** y = x W + b with W = [[1, 2], [3, 4]] and b = [10, 20]. */
function affineModel(): Uint8Array {
  const float = (name: string, dims: number[], values: number[]) => ({ name, dims, data: Float32Array.from(values) });
  return encodeModel({
    producer: 'test', producerVersion: '1', graphName: 'affine', opset: 17,
    nodes: [{ operator: 'Gemm', name: 'gemm', inputs: ['x', 'w', 'b'], outputs: ['y'], attributes: {} }],
    initializers: [float('w', [2, 2], [1, 2, 3, 4]), float('b', [2], [10, 20])],
    inputs: [{ name: 'x', dtype: 'float32', dims: ['batch', 2] }], outputs: [{ name: 'y', dtype: 'float32', dims: ['batch', 2] }], metadata: {},
  });
}

function saved(bytes: Uint8Array, name = 'affine', changes: Partial<ModelToMeasure> = {}): ModelToMeasure {
  const path = join(folder, `${name}.onnx`);
  writeFileSync(path, bytes);
  return { name, path, sha256: '0'.repeat(64), sizeBytes: bytes.length, ...modelFacts(bytes, path), ...changes };
}

function inputFile(values: number[]): string {
  const path = join(folder, `${values.length}.f32`);
  writeFileSync(path, Buffer.from(Float32Array.from(values).buffer));
  return path;
}

/** [1, 1] W + b = [14, 26], by hand. */
const output = { name: 'y', values: [14, 26], relativeTolerance: 1e-5 };

describe('the host as a device', () => {
  const profiler = hostProfiler();
  afterAll(() => profiler.close());

  it('runs a file as often as told, in a process of its own, and says what it ran on', async () => {
    const { round, outputs } = await profiler.measure(saved(affineModel()), short);
    expect(round.runsMs).toHaveLength(7);
    // Runs that other work interrupted are not among the timed ones, but they warm up as well.
    expect(round.warmUpRuns).toBeGreaterThanOrEqual(3);
    expect(Math.min(...round.runsMs)).toBeGreaterThan(0);
    expect(outputs).toBeUndefined();
    expect(profiler.target).toMatchObject({ runtime: { name: 'onnxruntime-node' }, provider: 'cpu', threads: 1, spinning: false });
    expect(profiler.target.device).toContain(`${cpus().length} processors`);
  });

  it('goes on until enough time has passed, and keeps a thousand runs at most', async () => {
    const { round } = await profiler.measure(saved(affineModel()), { ...short, timed: { runs: 1, seconds: 0.2 } });
    expect(round.timedRuns ?? round.runsMs.length).toBeGreaterThan(7);
    expect(round.runsMs.length).toBeLessThanOrEqual(1000);
  });

  it('feeds the given input and compares the output with the expected one', async () => {
    const { outputs } = await profiler.measure(saved(affineModel(), 'right', { inputFile: inputFile([1, 1]), output }), short);
    expect(outputs).toEqual({ maxAbsDiff: 0, relativeDiff: 0 });
    const wrong = saved(affineModel(), 'wrong', { inputFile: inputFile([1, 1]), output: { ...output, values: [14, 27] } });
    await expect(profiler.measure(wrong, short)).rejects.toMatchObject({ code: 'wrong-output', message: expect.stringContaining('differs from the expected one by 3.7e-2') as unknown });
  });

  it('refuses what is no model, and inputs and outputs that the model does not have', async () => {
    const bytes = affineModel();
    await expect(profiler.measure(saved(bytes, 'cut', {}), short)).resolves.toBeDefined();
    writeFileSync(join(folder, 'cut.onnx'), bytes.slice(0, 60));
    const cut = { ...saved(bytes, 'cut'), path: join(folder, 'cut-off.onnx') };
    writeFileSync(cut.path, bytes.slice(0, bytes.length - 40));
    await expect(profiler.measure(cut, short)).rejects.toMatchObject({ code: 'model-refused' });
    const refused = (changes: Partial<ModelToMeasure>) => expect(profiler.measure(saved(bytes, 'refused', changes), short)).rejects;
    await refused({ input: { name: 'images', shape: [1, 2] } }).toMatchObject({ code: 'unmeasurable-model', message: expect.stringContaining('its inputs are x; expected "images"') as unknown });
    await refused({ input: { name: 'x', shape: [1, 3] } }).toMatchObject({ message: expect.stringContaining('the shape [-1, 2], not [1, 3]') as unknown });
    await refused({ inputFile: inputFile([1, 2, 3]) }).toMatchObject({ message: expect.stringContaining('holds 12 bytes; expected 8') as unknown });
    await refused({ output: { ...output, name: 'z' } }).toMatchObject({ message: expect.stringContaining('no output "z", only y') as unknown });
  });

  it('starts its process again after it ended', async () => {
    const crashing = hostProfiler();
    const running = crashing.measure(saved(affineModel()), { ...short, timed: { runs: 1, seconds: 60 } });
    setTimeout(() => void crashing.close(), 500);
    await expect(running).rejects.toMatchObject({ code: 'profiler-crashed', message: expect.stringContaining('SIGKILL') as unknown });
    expect((await crashing.measure(saved(affineModel()), short)).round.runsMs).toHaveLength(7);
    await crashing.close();
  });

  const canBind = process.platform === 'linux' && spawnSync('taskset', ['-V']).status === 0;
  it.skipIf(!canBind)('is bound to the processors asked for (skipped: no taskset here)', async () => {
    const bound = hostProfiler({ affinity: [0] });
    expect(bound.target.affinity).toEqual([0]);
    expect((await bound.measure(saved(affineModel()), short)).round.runsMs).toHaveLength(7);
    await bound.close();
    expect(() => hostProfiler({ affinity: [4000] })).toThrow('There is no processor 4000');
  });

  it('writes a profile of the runtime where asked', async () => {
    const prefix = join(folder, 'profile');
    const { path } = await profiler.profile(saved(affineModel()), 3, prefix);
    expect(path.startsWith(prefix)).toBe(true);
    const events = JSON.parse(readFileSync(path, 'utf8')) as { name: string }[];
    expect(events.filter(({ name }) => name === 'model_run')).toHaveLength(4);
  });
});

describe('the condition of a Linux machine', () => {
  it('is that of the hottest processor sensor and of the battery, and nothing where there are none', () => {
    const file = (path: string, text: string) => {
      mkdirSync(join(folder, 'sys', path, '..'), { recursive: true });
      writeFileSync(join(folder, 'sys', path), `${text}\n`);
    };
    expect(hostCondition(join(folder, 'sys'))).toEqual({});
    file('thermal/thermal_zone0/type', 'acpitz');
    file('thermal/thermal_zone0/temp', '90000');
    file('thermal/thermal_zone1/type', 'x86_pkg_temp');
    file('thermal/thermal_zone1/temp', '51500');
    file('thermal/thermal_zone2/type', 'cpu-1-0-usr');
    file('thermal/thermal_zone2/temp', '-274000');
    file('power_supply/AC/type', 'Mains');
    file('power_supply/BAT0/type', 'Battery');
    file('power_supply/BAT0/capacity', '83');
    file('power_supply/BAT0/status', 'Discharging');
    expect(hostCondition(join(folder, 'sys'))).toEqual({ processorTemperatureC: 51.5, batteryPercent: 83, isCharging: false });
  });
});
