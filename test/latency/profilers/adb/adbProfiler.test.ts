import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { AdbPhone, attachedPhones } from '../../../../core/latency/profilers/adb/adbClient.ts';
import { adbProfiler, runsFor } from '../../../../core/latency/profilers/adb/adbProfiler.ts';
import { affinityMask, fastestProcessors, parseCondition } from '../../../../core/latency/profilers/adb/phoneFacts.ts';
import type { ModelToMeasure } from '../../../../core/latency/profilers/profiler.ts';
import { arm64Program, dumpsys, scriptedPhone, type PhoneScript } from './phone.ts';
import { ScriptedAdbServer, type ScriptedPhone } from './scriptedServer.ts';

const folder = mkdtempSync(join(tmpdir(), 'pocketformer-adb-'));
afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));

const servers: ScriptedAdbServer[] = [];
afterEach(async () => { for (const server of servers.splice(0)) await server.close(); });
async function serve(phones: readonly ScriptedPhone[], options?: { pieceBytes?: number }) {
  const server = new ScriptedAdbServer(phones, options);
  servers.push(server);
  return { server, address: await server.listen() };
}

function fileOf(name: string, bytes: Buffer): ModelToMeasure {
  const path = join(folder, `${name}.onnx`);
  writeFileSync(path, bytes);
  return {
    name, path, sha256: createHash('sha256').update(bytes).digest('hex'), sizeBytes: bytes.length, input: { name: 'images', shape: [1, 3, 8, 8] }, precision: 'float32', of: { kind: 'unknown' },
  };
}
const probe = fileOf('probe', Buffer.from('probe'));
const model = fileOf('model', randomBytes(200_000));
const runner = [{ name: 'onnxruntime_perf_test', bytes: arm64Program() }, { name: 'libonnxruntime.so', bytes: Buffer.from('library') }];
const lengths = { warmUp: { runs: 10, seconds: 0.3 }, timed: { runs: 17, seconds: 1 } };

async function profilerOf(script: PhoneScript, options: Partial<Parameters<typeof adbProfiler>[0]> = {}) {
  const phone = scriptedPhone(script);
  const { server, address } = await serve([phone]);
  return { phone, server, profiler: await adbProfiler({ serial: 'FLAME1', runner, probe, server: address, ...options }) };
}

describe('the adb protocol', () => {
  it('lists phones, also when every byte comes alone', async () => {
    const { address } = await serve([scriptedPhone(), { ...scriptedPhone(), serial: 'other', state: 'unauthorized' }], { pieceBytes: 1 });
    expect(await attachedPhones(address)).toEqual([
      expect.objectContaining({ serial: 'FLAME1', state: 'device', facts: expect.objectContaining({ model: 'Pixel_4' }) as unknown }),
      expect.objectContaining({ serial: 'other', state: 'unauthorized' }),
    ]);
  });

  it('carries output, errors and exit codes of commands', async () => {
    const phone: ScriptedPhone = { ...scriptedPhone(), shell: (command) => ({ output: `${command} ü`, errors: 'oops', exitCode: 7 }) };
    const { address } = await serve([phone], { pieceBytes: 3 });
    expect(await (await AdbPhone.find('FLAME1', address)).shell('echo')).toEqual({ output: 'echo ü', errors: 'oops', exitCode: 7 });
  });

  it('brings files of any size there and back', async () => {
    const { address } = await serve([scriptedPhone()]);
    const phone = await AdbPhone.find('FLAME1', address);
    for (const size of [0, 1, 65_536, 65_537, 200_000]) {
      const bytes = randomBytes(size);
      await phone.push('/sdcard/x', bytes, 0o644, new Date(0));
      expect((await phone.pull('/sdcard/x')).equals(bytes), String(size)).toBe(true);
    }
    await expect(phone.pull('/none')).rejects.toMatchObject({ code: 'pull-failed', message: expect.stringContaining('No such file') as unknown });
  });

  it('says what is missing: a server, a phone, its permission', async () => {
    const { address } = await serve([{ ...scriptedPhone(), serial: 'other', state: 'unauthorized' }]);
    await expect(AdbPhone.find('FLAME1', address)).rejects.toMatchObject({ code: 'no-phone', message: expect.stringContaining('the adb server sees other') as unknown });
    await expect(AdbPhone.find('other', address)).rejects.toMatchObject({ code: 'phone-not-ready', message: expect.stringContaining('allow USB debugging') as unknown });
    const { address: gone, server } = await serve([]);
    await server.close();
    servers.pop();
    await expect(attachedPhones(gone)).rejects.toMatchObject({ code: 'no-adb-server', message: expect.stringContaining('adb start-server') as unknown });
  });
});

describe('an attached phone', () => {
  it('tells what it is, and is measured on its fastest processor with fixed performance', async () => {
    const { profiler, server } = await profilerOf({}, { runtimeVersion: '1.27.0' });
    expect(profiler.target).toMatchObject({
      device: 'Google Pixel 4', systemOnChip: 'QTI SM8150', operatingSystem: 'Android 13', runtime: { name: 'onnxruntime', version: '1.27.0' },
      provider: 'cpu', threads: 1, affinity: [7], performanceMode: 'fixed',
    });
    expect(profiler.target.runtime.build).toMatch(/^onnxruntime_perf_test [0-9a-f]{12}$/);
    const { round } = await profiler.measure(model, lengths);
    // Of 20 ms each: 15 runs make 0.3 s, 50 make 1 s; the first slow ones are warm-up.
    expect(round).toMatchObject({ warmUpRuns: 16, runsMs: Array(50).fill(expect.closeTo(20.04, 1)) });
    const call = server.commands.at(-1)!;
    expect(call).toContain('taskset 80 ./onnxruntime_perf_test -e cpu -m times -r 65 -I -S 1 -x 1 -y 1 -D ');
    expect(call).toContain('LD_LIBRARY_PATH=.');
  });

  it('gets each model once, and nothing is left on it', async () => {
    const { profiler, phone, server } = await profilerOf({});
    await profiler.measure(model, lengths);
    await profiler.measure(model, lengths);
    expect(server.commands.filter((command) => command.startsWith('sha256sum'))).toHaveLength(2);
    const stored = `/data/local/tmp/pocketformer/${model.sha256.slice(0, 16)}.onnx`;
    expect(phone.files.get(stored)!.length).toBe(model.sizeBytes);
    await profiler.close();
    expect([...phone.files.keys()]).toEqual([]);
    expect(server.commands).toContain('cmd power set-fixed-performance-mode-enabled false');
  });

  it('tells how warm and charged it is', async () => {
    const { profiler } = await profilerOf({});
    expect(await profiler.condition()).toEqual({ temperatureC: 31.2, processorTemperatureC: 44.7, batteryPercent: 87, isCharging: true });
  });

  it('says when it cannot fix its performance, and takes the processors asked for', async () => {
    const { profiler, server } = await profilerOf({ fixedPerformance: false }, { affinity: [4, 5, 6], threads: 3 });
    expect(profiler.target).toMatchObject({ performanceMode: 'default', affinity: [4, 5, 6], threads: 3 });
    await profiler.measure(model, lengths);
    expect(server.commands.at(-1)).toContain('taskset 70 ');
  });

  it.each<[string, PhoneScript, string, RegExp]>([
    ['does not start', { perfTest: () => ({ errors: 'CANNOT LINK EXECUTABLE: library "libc++_shared.so" not found\n', exitCode: 1 }) }, 'runner-broken', /libc\+\+_shared\.so.*not found; expected one of/],
    ['writes no results', { perfTest: () => ({ output: 'done' }) }, 'runner-broken', /does not work on this phone: The phone does not give/],
    ['writes fewer', { perfTest: (_, phone) => {
      phone.files.set('/data/local/tmp/pocketformer/results.csv', Buffer.from('m,0.02,1,1,0\n'));
      return {};
    } }, 'runner-broken', /told to run 3 times and reports 1/],
    ['reports no times', { perfTest: (_, phone) => {
      phone.files.set('/data/local/tmp/pocketformer/results.csv', Buffer.from('m,0.02,1,1,0\nm,-0.02,1,1,1\nm,0.02,1,1,2\n'));
      return {};
    } }, 'runner-broken', /run 2 is -20 ms/],
    ['is torn off', { perfTest: () => 'hang up' }, 'device-gone', /call the same command again/],
  ])('is not trusted with a runner that %s', async (_, script, code, reason) => {
    await expect(profilerOf(script)).rejects.toMatchObject({ code, message: expect.stringMatching(reason) as unknown });
  });

  it('is told apart from a runner for other processors, a full disk and a bad cable', async () => {
    const other = [{ name: 'onnxruntime_perf_test', bytes: arm64Program(0x3e) }];
    await expect(profilerOf({}, { runner: other })).rejects.toThrow('built for x86_64; this phone needs arm64-v8a');
    await expect(profilerOf({}, { runner: [{ name: 'onnxruntime_perf_test', bytes: Buffer.from('#!/bin/sh\n') }] })).rejects.toThrow('is no program of Android');
    await expect(profilerOf({}, { runner: [] })).rejects.toThrow('There is no onnxruntime_perf_test');
    await expect(profilerOf({ refuses: () => 'No space left on device' })).rejects.toMatchObject({ code: 'push-failed', message: expect.stringContaining('No space left') as unknown });
    await expect(profilerOf({ damages: true })).rejects.toMatchObject({ code: 'push-failed', message: expect.stringContaining('arrived on the phone as another file') as unknown });
  });

  it('can be interrupted in the middle of a run', async () => {
    const { profiler } = await profilerOf({ perfTest: (command) => (command.includes('-r 3 ') ? undefined : 'hang up') });
    await expect(profiler.measure(model, lengths)).rejects.toMatchObject({ code: 'device-gone' });
  });
});

describe('processors', () => {
  const clocks = new Map([[0, 1800], [1, 1800], [4, 2400], [5, 2400], [7, 2800]]);
  it('are chosen by their clocks, the fastest first, and named by bits', () => {
    expect(fastestProcessors(clocks, 1)).toEqual([7]);
    expect(fastestProcessors(clocks, 2)).toEqual([5, 7]);
    expect(fastestProcessors(clocks, 9)).toEqual([0, 1, 4, 5, 7]);
    expect([affinityMask([7]), affinityMask([4, 5, 6]), affinityMask([0, 40])]).toEqual(['80', '70', '10000000001']);
  });
});

describe('what dumpsys says', () => {
  it('is read without what it lacks or cannot mean', () => {
    expect(parseCondition('')).toEqual({});
    expect(parseCondition(dumpsys.replace('level: 87', 'level: 400').replace('temperature: 312', 'temperature: -9999'))).toEqual({ processorTemperatureC: 44.7, isCharging: true });
    expect(parseCondition('  AC powered: false\n  level: 5\n')).toEqual({ batteryPercent: 5, isCharging: false });
  });
});

describe('the number of runs', () => {
  it('is enough for runs and seconds, and not without end for the shortest', () => {
    expect(runsFor(lengths, 200)).toEqual({ warmUpRuns: 10, timedRuns: 17 });
    expect(runsFor(lengths, 1)).toEqual({ warmUpRuns: 300, timedRuns: 1000 });
    expect(runsFor(lengths, 1e-4)).toEqual({ warmUpRuns: 100_000, timedRuns: 100_000 });
  });
});
