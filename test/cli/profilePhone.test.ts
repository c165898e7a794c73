import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeModel } from '../../core/graph/onnx/model.ts';
import { measurementSchema } from '../../core/latency/measurements/record.ts';
import { arm64Program, scriptedPhone } from '../latency/profilers/adb/phone.ts';
import { ScriptedAdbServer } from '../latency/profilers/adb/scriptedServer.ts';
import { complaint, jsonLines, scratchFolder } from './harness.ts';

const folder = scratchFolder();
const server = new ScriptedAdbServer([scriptedPhone()]);
const model = join(folder, 'model.onnx');
const runner = join(folder, 'perf_test-1.27');

beforeAll(async () => {
  process.env.ANDROID_ADB_SERVER_PORT = String((await server.listen()).port);
  writeFileSync(runner, arm64Program());
  writeFileSync(model, encodeModel({
    producer: 'test', producerVersion: '1', graphName: 'g', opset: 17, initializers: [], metadata: {},
    nodes: [{ operator: 'Relu', name: 'r', inputs: ['x'], outputs: ['y'], attributes: {} }],
    inputs: [{ name: 'x', dtype: 'float32', dims: ['batch', 4] }], outputs: [{ name: 'y', dtype: 'float32', dims: ['batch', 4] }],
  }));
});
afterAll(async () => {
  delete process.env.ANDROID_ADB_SERVER_PORT;
  await server.close();
});

describe('profile on a phone', () => {
  it('prints a record of the phone', async () => {
    const [record] = await jsonLines(measurementSchema, ['profile', model, '--on', 'adb:FLAME1', '--runner', runner, '--threads', '2', '--runtime-version', '1.27.0', '--quiet']);
    expect(record).toMatchObject({
      way: 'adb', model: { name: 'model', input: { name: 'x', shape: [1, 4] } }, of: { kind: 'unknown' },
      target: { device: 'Google Pixel 4', systemOnChip: 'QTI SM8150', runtime: { name: 'onnxruntime', version: '1.27.0' }, provider: 'cpu', threads: 2, affinity: [6, 7] },
      flags: ['unverified-output'], timing: { kind: 'runs', rounds: [expect.objectContaining({ before: { temperatureC: 31.2, processorTemperatureC: 44.7, batteryPercent: 87, isCharging: true } }), {}, {}] },
    });
    expect(record.latencyMs).toBeCloseTo(20.04, 2);
  });

  it('calls the phone as the person does, where asked', async () => {
    const args = ['profile', model, '--on', 'adb:FLAME1', '--runner', runner, '--quiet'];
    const [{ target }] = await jsonLines(measurementSchema, [...args, '--device', 'Test phone 3', '--soc', 'Snapdragon 855']);
    expect(target).toMatchObject({ device: 'Test phone 3', systemOnChip: 'Snapdragon 855', operatingSystem: 'Android 13' });
    expect(await complaint([...args, '--device', 'Pixel\u001b[2J'])).toContain('--device is no name');
  });

  it('says what it lacks', async () => {
    expect(await complaint(['profile', model, '--on', 'adb:FLAME1'])).toContain('--runner is missing');
    expect(await complaint(['profile', model, '--on', 'adb:'])).toContain('expected host, or adb: and the serial number');
    expect(await complaint(['profile', model, '--runner', runner])).toContain('--runner goes with --on adb:SERIAL');
    expect(await complaint(['profile', model, '--on', 'adb:FLAME1', '--runner', join(folder, 'none')])).toContain('there is no such file or folder; expected onnxruntime_perf_test');
    expect(await complaint(['profile', model, '--on', 'adb:FLAME1', '--runner', folder])).toContain('holds no onnxruntime_perf_test');
  });
});
