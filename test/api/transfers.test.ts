import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ApiClient } from '../../core/api/client.ts';
import { methods, topics } from '../../core/api/contract/contract.ts';
import type { PayloadOf } from '../../core/api/contract/contract.ts';
import { openWorkbench, type Workbench } from '../../core/api/workbench.ts';
import type { FrontEntry } from '../../core/search/result.ts';
import { nodeWorkerHost } from '../../core/study/jobs/nodeWorkerHost.ts';
import { doneOfRun } from '../../core/study/jobs/transferTask.ts';
import { smallStudyWithFronts } from '../study/smallStudyWithFronts.ts';
import { messagePortLine, type Line } from './pairs.ts';

const text = `version: 1
name: other images
study: small
perDevice: 2
seeds: 1
head: new
resolution: 32
compute: { threads: 1 }
data: { kind: synthetic, trainImages: 10, valImages: 10, seed: 9, flip: false, crop: none }
devices: [pixel4]
training: { epochs: 1, batchSize: 5, warmupEpochs: 0, calibrationBatches: 1, freeze: backbone }
export: { wrongImages: 0 }
`;

describe('transfers over the contract', () => {
  const library = mkdtempSync(join(tmpdir(), 'pocketformer-transfers-'));
  const draft = { text, baseDir: library };
  let winners: readonly FrontEntry[];
  let workbench: Workbench;
  let line: Line;
  let client: ApiClient;

  beforeAll(async () => {
    winners = await smallStudyWithFronts(join(library, 'small'));
    workbench = await openWorkbench({ workerHost: nodeWorkerHost(), libraryFolder: library, settingsFile: join(library, 'settings.json') });
    line = messagePortLine(workbench.api);
    client = new ApiClient(() => line.connect(), { retryDelaysMs: [10] });
  }, 60_000);
  afterAll(async () => {
    client.close();
    await line.close();
    await workbench.close();
    rmSync(library, { recursive: true, force: true });
  }, 60_000);

  it.each([
    ['a study that is not there', text.replace('study: small', 'study: none'), 'study', 3],
    ['stages that are not there', text.replace('freeze: backbone', 'freeze: { blocks: 900 }'), 'training.freeze', 11],
    ['a device that nobody knows', text.replace('pixel4', 'pixle4'), 'devices.0', 10],
    ['too many seeds', text.replace('seeds: 1', 'seeds: 1000'), 'seeds', 5],
  ])('are told of %s beside the setting', async (_, written, path, atLine) => {
    const { problems } = await client.call('draft.check', { text: written, baseDir: library, of: 'transfer' });
    expect(problems.map((problem) => [problem.path.join('.'), problem.line])).toEqual([[path, atLine]]);
  });

  it('are estimated by the winners that they train', async () => {
    expect((await client.call('draft.check', { ...draft, of: 'transfer' })).problems).toEqual([]);
    const estimate = methods['transfers.estimate'].output.parse(await client.call('transfers.estimate', draft));
    expect(estimate).toMatchObject({ trainings: 2, epochs: 1, images: { train: 10, val: 10, stepsPerEpoch: 2, steps: 2 } });
    expect(estimate.networks.map(({ id, accuracy, devices }) => [id, accuracy, devices])).toEqual(winners.map(({ id, value }) => [id, value, ['pixel4']]));
    // Two steps of five images for each network.
    expect(estimate.trainingMacs).toBe(10 * estimate.networks.reduce((sum, { macs }) => sum + macs, 0));
  });

  it('are made, begun, followed and read', async () => {
    await expect(client.call('transfers.create', { ...draft, text: text.replace('study: small', 'study: none'), start: false })).rejects.toMatchObject({ code: expect.stringMatching(/-study$/) });
    expect(await client.call('transfers.create', { ...draft, start: false })).toEqual({ transfer: 'other images' });
    const [created] = methods['transfers.list'].output.parse(await client.call('transfers.list', {}));
    expect(created).toMatchObject({ name: 'other images', study: 'small', status: 'created', networks: 2, runsElsewhere: false, problem: null, runs: [{ id: winners[0].id, seed: 1, status: 'created', accuracy: null }, { id: winners[1].id }] });
    expect(await client.call('transfers.get', { transfer: created.transfer })).toMatchObject({ text, baseDir: library, report: null, table: null, figure: null });

    const lists: PayloadOf<'transfers'>[] = [];
    const epochs: number[] = [];
    const words = new Set<string>();
    client.subscribe('transfers', {}, (payload) => lists.push(topics.transfers.payload.parse(payload)));
    client.subscribe('transfer.events', { transfer: created.transfer, run: created.runs[0].run }, ({ events }) => epochs.push(...events.flatMap((event) => (event.kind === 'epoch' ? [event.epoch] : []))));
    client.subscribe('jobs', {}, ({ jobs }) => { for (const job of jobs) words.add(`${String(job.transfer)}: ${job.words}`); });
    await client.call('transfers.start', { transfer: created.transfer });
    await vi.waitFor(() => expect(lists.at(-1)?.transfers[0].status).toBe('finished'), { timeout: 180_000, interval: 50 });
    await vi.waitFor(() => expect(epochs).toEqual([1]), { timeout: 10_000 });
    expect([...words].some((each) => each.startsWith(`other images: Training 1 of 2, ${winners[0].id} with seed 1`))).toBe(true);

    const { row, report, table, figure } = methods['transfers.get'].output.parse(await client.call('transfers.get', { transfer: created.transfer }));
    expect(row.runs.map(({ accuracy }) => accuracy)).toEqual(report!.networks.map(({ accuracy }) => accuracy.mean));
    expect(report).toMatchObject({ runs: 2, finishedRuns: 2, freeze: 'backbone', devices: [{ device: 'pixel4' }] });
    expect(table).toContain('winners of small on other images');
    expect(figure).toContain('<svg');
  }, 200_000);

  it('are not found outside the library, nor their trainings outside of them', async () => {
    for (const transfer of ['none', '..', 'small']) await expect(client.call('transfers.get', { transfer })).rejects.toMatchObject({ code: 'unknown-transfer' });
    const code = await new Promise((resolve) => {
      client.subscribe('transfer.events', { transfer: 'other images', run: '../../small' }, () => undefined, (error) => resolve(error.code));
    });
    expect(code).toBe('unknown-training');
  });

  it('count what is done of a training by its phases', () => {
    expect([['data', 0.9], ['training', 0], ['training', 1], ['export', 0], ['export', 1]].map(([phase, done]) => doneOfRun({ phase: phase as 'data', done: Number(done), total: 1 })))
      .toEqual([0, 0, 0.95, 0.95, 1]);
  });
});
