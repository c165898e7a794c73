import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ApiClient } from '../../core/api/client.ts';
import { methods, topics } from '../../core/api/contract/contract.ts';
import type { PayloadOf } from '../../core/api/contract/contract.ts';
import { openWorkbench, type Workbench } from '../../core/api/workbench.ts';
import { nodeWorkerHost } from '../../core/study/jobs/nodeWorkerHost.ts';
import { parseTrainingFile } from '../../core/study/networkTraining/trainingFile.ts';
import { createTraining } from '../../core/study/networkTraining/trainingFolder.ts';
import { messagePortLine, type Line } from './pairs.ts';

const text = `version: 1
name: tiny network
space: asvit-mini
arch: { kernels: [4, 2, 2, 2], splits: [2, 1, 1], mlpRatios: [2, 2, 2, 2], heads: 8 }
compute: { threads: 1 }
data: { kind: synthetic, trainImages: 10, valImages: 10 }
training: { epochs: 3, batchSize: 5 }
`;

describe('trainings over the contract', () => {
  const folder = mkdtempSync(join(tmpdir(), 'pocketformer-trainings-'));
  const library = join(folder, 'library');
  let workbench: Workbench;
  let line: Line;
  let client: ApiClient;

  beforeAll(async () => {
    (await createTraining(join(library, 'tiny'), { settings: parseTrainingFile(text, 'tiny.yaml'), text, path: 'tiny.yaml', baseDir: folder })).close();
    workbench = await openWorkbench({ workerHost: nodeWorkerHost(), libraryFolder: library, settingsFile: join(folder, 'settings.json') });
    line = messagePortLine(workbench.api);
    client = new ApiClient(() => line.connect(), { retryDelaysMs: [10] });
  });
  afterAll(async () => {
    client.close();
    await line.close();
    await workbench.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('are listed, begun, followed and read', async () => {
    const before = methods['trainings.list'].output.parse(await client.call('trainings.list', {}));
    expect(before).toMatchObject([{ training: 'tiny', name: 'tiny network', space: 'asvit-mini', status: 'created', found: null, runsElsewhere: false, problem: null }]);
    expect(await client.call('studies.list', {})).toEqual([]);

    const lists: PayloadOf<'trainings'>[] = [];
    const events: PayloadOf<'training.events'>['events'] = [];
    client.subscribe('trainings', {}, (payload) => lists.push(topics.trainings.payload.parse(payload)));
    client.subscribe('training.events', { training: 'tiny' }, (payload) => events.push(...payload.events));
    await client.call('trainings.start', { training: 'tiny' });
    expect(workbench.jobs.list()).toMatchObject([{ title: 'tiny network', task: { kind: 'train' } }]);
    expect((await client.call('jobs.list', {}))[0]).toMatchObject({ training: 'tiny', study: null });
    await vi.waitFor(() => expect(lists.at(-1)?.trainings[0].status).toBe('finished'), { timeout: 60_000, interval: 50 });
    await vi.waitFor(() => expect(events.at(-1)?.kind).toBe('finished'), { timeout: 10_000 });
    expect(events.flatMap((event) => event.kind === 'epoch' ? [event.epoch] : [])).toEqual([1, 2, 3]);

    const { row, result } = methods['trainings.get'].output.parse(await client.call('trainings.get', { training: 'tiny' }));
    expect(row.found).toEqual({ accuracy: result!.evaluation.accuracy, macs: result!.macs, params: result!.params });
    expect(result!.evaluation.confusion).toHaveLength(10);
    const { wrong } = result!.evaluation;
    const pictures = methods['trainings.wrongImages'].output.parse(await client.call('trainings.wrongImages', { training: 'tiny', most: 3 }));
    expect(pictures).toHaveLength(Math.min(3, wrong.length));
    // The signature of PNG files.
    for (const picture of pictures) expect([...picture.subarray(0, 4)]).toEqual([0x89, 0x50, 0x4e, 0x47]);
  }, 90_000);

  it('are judged, estimated and made of a text', async () => {
    const draft = { text, baseDir: folder };
    expect(methods['draft.check'].output.parse(await client.call('draft.check', { ...draft, of: 'training' }))).toMatchObject({ problems: [], settings: { name: 'tiny network' } });
    const edited = await client.call('draft.edit', { ...draft, of: 'training', changes: [{ path: ['training', 'epochs'], value: 0 }] });
    expect(edited.problems).toMatchObject([{ path: ['training', 'epochs'] }]);
    const estimate = methods['trainings.estimate'].output.parse(await client.call('trainings.estimate', draft));
    expect(estimate).toMatchObject({ epochs: 3, images: { train: 10, steps: 6 }, latencies: [] });
    for (const template of await client.call('trainings.templates', {})) expect(template.text).toContain('arch:');
    expect(await client.call('trainings.create', { ...draft, start: false })).toEqual({ training: 'tiny network' });
    expect((await client.call('trainings.list', {})).map(({ training }) => training)).toContain('tiny network');
    await expect(client.call('trainings.create', { ...draft, text: 'version: 1\n', start: true })).rejects.toMatchObject({ code: 'invalid-training-file' });
  });

  it('are not found outside the library', async () => {
    for (const training of ['none', '..', 'tiny/../tiny']) {
      await expect(client.call('trainings.get', { training })).rejects.toMatchObject({ code: 'unknown-training' });
    }
  });
});
