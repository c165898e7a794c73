import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ApiClient } from '../../core/api/client.ts';
import { methods, topics } from '../../core/api/contract/contract.ts';
import type { InputOf, MethodName, OutputOf, PayloadOf } from '../../core/api/contract/contract.ts';
import { openWorkbench } from '../../core/api/workbench.ts';
import type { Workbench } from '../../core/api/workbench.ts';
import { elasticVitMini } from '../../core/spaces/elasticvit/space.ts';
import { namedDevice } from '../../core/study/devices/namedDevice.ts';
import { nodeWorkerHost } from '../../core/study/jobs/nodeWorkerHost.ts';
import { messagePortLine } from '../api/pairs.ts';
import { scratchFolder } from '../study/scratch.ts';

/* Devices of one's own through the contract: made, calibrated in a real process, found by name, extended, deleted. */

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

  it('are exported, measured and fitted by one job, and then devices like any other', async () => {
    const { calibration } = await ask('calibrations.create', {
      title: 'This computer, 1 thread', space: 'elasticvit-mini', classes: 10,
      source: { kind: 'measure', on: { way: 'host' }, threads: 1, lengths, part: { networks: 3, probes: 1 } },
    });
    expect(calibration).toBe('this-computer-1-thread');
    await waitFor(() => expect(job(calibration)?.state).toBe('done'));
    await waitFor(() => expect(row(calibration)?.model).not.toBeNull());
    expect(row(calibration)).toMatchObject({
      title: 'This computer, 1 thread', isStale: false, runsElsewhere: false, problem: null,
      parts: [{ networks: 3, probes: 1, isExported: true, measured: { isFinished: true } }],
    });
    expect(row(calibration)!.commands[1]).toMatch(/^pocketformer profile this-computer-1-thread\/sets\/1 --on host --threads 1 --rounds 2 --runs 3 --seconds 0.02 /);
    const listed = (await ask('devices.list', {})).find(({ shipped }) => !shipped)!;
    expect(listed).toMatchObject({ name: calibration, title: 'This computer, 1 thread', measurements: { networks: 3, blocks: 1 } });
    expect(listed.measurements.minutes).toBeGreaterThan(0);
    expect(namedDevice(calibration, [library]).name).toBe(calibration);
    const described = await ask('architectures.describe', { space: 'elasticvit-mini', arch: elasticVitMini.networks.min, devices: [calibration, listed.path] });
    expect(described.latencies.map(({ device }) => device)).toEqual([calibration, calibration]);
  }, 120_000);

  it('get further models that none of the earlier sets has, and forget nothing', async () => {
    await ask('calibrations.extend', { calibration: 'this-computer-1-thread', part: { networks: 1, probes: 0 } });
    await waitFor(() => expect(row('this-computer-1-thread')?.parts[1]?.measured?.isFinished).toBe(true));
    await waitFor(() => expect(job('this-computer-1-thread')?.state).toBe('done'));
    const { measurements } = namedDevice('this-computer-1-thread', [library]);
    expect(measurements).toMatchObject({ networks: 4, blocks: 1 });
  }, 120_000);

  it('can be imported, and are not made when the file is not good', async () => {
    const table = join(folder, 'table.csv');
    const import_ = (title: string) => ask('calibrations.create', {
      title, space: 'elasticvit-mini', source: { kind: 'import', path: table, target: { device: 'Phone', runtime: { name: 'onnxruntime' } } },
    });
    writeFileSync(table, 'arch,latencyMs\nmin,-3\n');
    await expect(import_('Imported')).rejects.toThrow(/table\.csv:2/);
    expect(existsSync(join(library, 'devices', 'imported'))).toBe(false);
    writeFileSync(table, 'arch,latencyMs\nmin,2\nmax,20\n');
    await import_('Imported');
    await waitFor(() => expect(job('imported')).toMatchObject({ state: 'failed', failure: { code: 'too-few-networks' } }));
    expect(row('imported')).toMatchObject({ model: null, parts: [] });
    await ask('calibrations.delete', { calibration: 'imported' });
    await waitFor(() => expect(row('imported')).toBeUndefined());
  }, 60_000);

  it('that are damaged say so, without hiding the others', async () => {
    mkdirSync(join(library, 'devices', 'broken'));
    writeFileSync(join(library, 'devices', 'broken', 'calibration.json'), '{"title":""}');
    await waitFor(() => expect(row('broken')?.problem).toMatchObject({ code: 'damaged-calibration' }));
    expect(row('this-computer-1-thread')?.problem).toBeNull();
  });
});
