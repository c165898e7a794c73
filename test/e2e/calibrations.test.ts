import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ApiClient } from '../../core/api/client.ts';
import { methods, topics } from '../../core/api/contract/contract.ts';
import type { InputOf, MethodName, OutputOf, PayloadOf } from '../../core/api/contract/contract.ts';
import { openWorkbench } from '../../core/api/workbench.ts';
import type { Workbench } from '../../core/api/workbench.ts';
import { networkMacs } from '../../core/network/counts.ts';
import { elasticVitMini } from '../../core/spaces/elasticvit/space.ts';
import { namedDevice } from '../../core/study/devices/namedDevice.ts';
import { nodeWorkerHost } from '../../core/study/jobs/nodeWorkerHost.ts';
import { messagePortLine } from '../api/pairs.ts';
import { scratchFolder } from '../study/scratch.ts';

/* Devices of one's own through the contract: made, fitted in a real process, found by name, deleted. The window's test measures some. */

const folder = scratchFolder();
const library = join(folder, 'library');
/** Enough to see what it does; far too little to measure. */
const lengths = { rounds: 2, runs: 3, seconds: 0.02, maxDrift: 50, coolDownSeconds: 0.01 };

let workbench: Workbench;
let client: ApiClient;
let line: ReturnType<typeof messagePortLine>;
const lists: PayloadOf<'calibrations'>[] = [];
const jobs: PayloadOf<'jobs'>[] = [];

beforeAll(() => {
  return openWorkbench({ workerHost: nodeWorkerHost(), libraryFolder: library, settingsFile: join(folder, 'settings.json') }).then((opened) => {
    workbench = opened;
    line = messagePortLine(workbench.api);
    client = new ApiClient(() => line.connect());
    client.subscribe('calibrations', {}, (payload) => lists.push(topics.calibrations.payload.parse(payload)));
    client.subscribe('jobs', {}, (payload) => jobs.push(topics.jobs.payload.parse(payload)));
  });
});
afterAll(async () => {
  client.close();
  await line.close();
  await workbench.close();
});

async function ask<M extends MethodName>(method: M, input: InputOf<M>): Promise<OutputOf<M>> {
  return methods[method].output.parse(await client.call(method, input)) as OutputOf<M>;
}
const row = (name: string) => lists.at(-1)?.calibrations.find((each) => each.name === name);
const job = (name: string) => jobs.at(-1)?.jobs.findLast(({ calibration }) => calibration === name);
const waitFor = <T>(look: () => T) => vi.waitFor(look, { timeout: 100_000, interval: 50 });

describe('devices of one\'s own', () => {
  it('are none at first, and shipped names are not for them', async () => {
    expect(await ask('calibrations.list', {})).toEqual([]);
    const shipped = { title: 'Pixel4', space: 'elasticvit-mini', source: { kind: 'measure' as const, on: { way: 'host' as const }, threads: 1, lengths, part: { networks: 3, probes: 0 } } };
    await expect(ask('calibrations.create', shipped)).rejects.toMatchObject({ code: 'device-exists' });
    await expect(ask('calibrations.start', { calibration: '../studies' })).rejects.toMatchObject({ code: 'unknown-device' });
    // 12 networks in 2 rounds of (3/2 runs and) 10 + 10 ms, a reference every 8 rounds, 0.3 s around each.
    const { minutes } = await ask('calibrations.estimate', { part: { networks: 8, probes: 4 }, lengths });
    expect(minutes).toBeCloseTo(24 * (9 / 8) * 0.32 / 60, 6);
  });

  it('are imported, fitted by a job, and then devices like any other', async () => {
    const table = join(folder, 'table.csv');
    const imported = (title: string) => ask('calibrations.create', {
      title, space: 'elasticvit-mini', source: { kind: 'import', path: table, target: { device: 'Phone', runtime: { name: 'onnxruntime' } } },
    });
    writeFileSync(table, 'arch,latencyMs\nmin,-3\n');
    await expect(imported('My phone, 1 thread')).rejects.toThrow(/table\.csv:2/);
    expect(existsSync(join(library, 'devices'))).toBe(false);
    const names = Object.keys(elasticVitMini.networks);
    const macs = names.map((name) => networkMacs(elasticVitMini.lower(elasticVitMini.networks[name])));
    writeFileSync(table, `arch,latencyMs\n${names.map((name, i) => `${name},${macs[i] / 1e6}`).join('\n')}\n`);
    const { calibration } = await imported('My phone, 1 thread');
    expect(calibration).toBe('my-phone-1-thread');
    await waitFor(() => expect(job(calibration)?.state).toBe('done'));
    await waitFor(() => expect(row(calibration)?.model).not.toBeNull());
    expect(row(calibration)).toMatchObject({ title: 'My phone, 1 thread', isStale: false, runsElsewhere: false, problem: null, parts: [], setup: { way: 'import', where: 'Phone' } });
    expect(row(calibration)!.commands).toEqual([
      'pocketformer calibrate --space elasticvit-mini --measurements my-phone-1-thread/imports/1.jsonl --seed 1 --out my-phone-1-thread/my-phone-1-thread.json',
    ]);
    const listed = (await ask('devices.list', {})).find(({ shipped }) => !shipped)!;
    expect(listed).toMatchObject({ name: calibration, title: 'My phone, 1 thread', measurements: { networks: names.length, blocks: 0 } });
    expect(namedDevice(calibration, [library]).name).toBe(calibration);
    const described = await ask('architectures.describe', { space: 'elasticvit-mini', arch: elasticVitMini.networks.min, devices: [calibration, listed.path] });
    expect(described.latencies.map(({ device }) => device)).toEqual([calibration, calibration]);
    // Of its blocks each has a latency, and none is a guess.
    expect(described.blocks.every(({ latencyMs, outsideOf }) => latencyMs[calibration] > 0 && outsideOf.length === 0)).toBe(true);
    await expect(ask('calibrations.extend', { calibration, part: { networks: 1, probes: 0 } })).rejects.toMatchObject({ code: 'not-measured-here' });
  }, 120_000);

  it('that are damaged say so, without hiding the others', async () => {
    mkdirSync(join(library, 'devices', 'broken'));
    writeFileSync(join(library, 'devices', 'broken', 'calibration.json'), '{"title":""}');
    await waitFor(() => expect(row('broken')?.problem).toMatchObject({ code: 'damaged-calibration' }));
    expect(row('my-phone-1-thread')?.problem).toBeNull();
    await ask('calibrations.delete', { calibration: 'my-phone-1-thread' });
    await waitFor(() => expect(row('my-phone-1-thread')).toBeUndefined());
    expect((await ask('devices.list', {})).every(({ shipped }) => shipped)).toBe(true);
  });
});
